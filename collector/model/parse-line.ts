export type FieldType = 'float' | 'integer' | 'boolean' | 'string';
export interface Field {
  readonly type: FieldType;
  readonly value: number | boolean | string;
}

export interface ParsedLine {
  readonly measurement: string;
  readonly tags: ReadonlyMap<string, string>;
  readonly fields: ReadonlyMap<string, Field>;
  /** Epoch ms. */
  readonly at: number;
}

/** Why a line is not line protocol. */
export class BadLine extends Error {
  override readonly name = 'BadLine';
}

/** Reads up to one of the stops that is not escaped. */
function token(line: string, from: number, stops: string): { text: string; next: number } {
  let text = '';
  let i = from;
  for (; i < line.length && !stops.includes(line[i]!); i++) {
    // A backslash before anything else is a backslash.
    if (line[i] === '\\' && i + 1 < line.length && ', ='.includes(line[i + 1]!)) i++;
    text += line[i];
  }
  return { text, next: i };
}

function quoted(line: string, from: number): { text: string; next: number } {
  let text = '';
  for (let i = from + 1; i < line.length; i++) {
    if (line[i] === '\\' && (line[i + 1] === '"' || line[i + 1] === '\\')) text += line[++i];
    else if (line[i] === '"') return { text, next: i + 1 };
    else text += line[i];
  }
  throw new BadLine('unbalanced quotes');
}

function scalar(text: string): Field {
  if (/^-?\d+i$/.test(text)) {
    const value = Number(text.slice(0, -1));
    if (!Number.isSafeInteger(value)) throw new BadLine(`invalid number: ${text}`);
    return { type: 'integer', value };
  }
  if (/^(t|T|true|True|TRUE)$/.test(text)) return { type: 'boolean', value: true };
  if (/^(f|F|false|False|FALSE)$/.test(text)) return { type: 'boolean', value: false };
  if (!/^[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$/.test(text)) throw new BadLine(`invalid field value: ${text.slice(0, 40)}`);
  return { type: 'float', value: Number(text) };
}

function readFields(line: string, from: number): { fields: Map<string, Field>; next: number } {
  const fields = new Map<string, Field>();
  let i = from;
  for (;;) {
    const name = token(line, i, '= ');
    if (line[name.next] !== '=' || name.text === '') throw new BadLine('missing fields');
    if (line[name.next + 1] === '"') {
      const { text, next } = quoted(line, name.next + 1);
      fields.set(name.text, { type: 'string', value: text });
      i = next;
    } else {
      const value = token(line, name.next + 1, ', ');
      fields.set(name.text, scalar(value.text));
      i = value.next;
    }
    if (line[i] !== ',') return { fields, next: i };
    i++;
  }
}

/**
 * One line of line protocol with a time in milliseconds. As strict as InfluxDB where it matters: measurement, at least one
 * field, typed values, a time.
 * @throws BadLine with a plain reason
 */
export function parseLine(line: string): ParsedLine {
  const measurement = token(line, 0, ', ');
  if (measurement.text === '') throw new BadLine('missing measurement');
  const tags = new Map<string, string>();
  let i = measurement.next;
  while (line[i] === ',') {
    const name = token(line, i + 1, '=, ');
    if (line[name.next] !== '=' || name.text === '') throw new BadLine('missing tag value');
    const value = token(line, name.next + 1, ', ');
    if (value.text === '') throw new BadLine('missing tag value');
    tags.set(name.text, value.text);
    i = value.next;
  }
  const { fields, next } = readFields(line, i + 1);
  const time = line.slice(next + 1);
  if (!/^-?\d{1,16}$/.test(time) || !Number.isSafeInteger(Number(time))) throw new BadLine('bad timestamp');
  return { measurement: measurement.text, tags, fields, at: Number(time) };
}

/** The same text for the same series, whatever the order of its tags. */
export function identityOf({ measurement, tags }: Pick<ParsedLine, 'measurement' | 'tags'>): string {
  return JSON.stringify([measurement, ...[...tags].toSorted(([a], [b]) => (a < b ? -1 : 1))]);
}
