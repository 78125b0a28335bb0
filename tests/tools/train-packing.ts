/**
 * Makes the dictionary that payloads are packed with (protocol/packing): `node tests/tools/train-packing.ts` after a change of the
 * contract that is worth a new one. Needs the `zstd` program. A dictionary that was ever released is never made again: agents out there
 * pack with it. The next one gets a number and a first byte of its own.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { METRIC_NAMES, METRICS, type MetricName } from '../../protocol/catalogue.ts';
import { encode } from '../../protocol/decode.ts';
import type { Payloads } from '../../protocol/payloads/index.ts';
import { DOWN_KINDS, type Kind, UP_KINDS } from '../../protocol/topics.ts';
import { validExamples } from './examples.ts';
import { ROOT, tempFolder } from './programs.ts';

const SIZE = 8192;
const REPORTS = 3000;
const OTHERS = 100;
const ID_LETTERS = 'abcdefghijklmnopqrstuvwxyz0123456789';

let seed = 20_261_125;
/** mulberry32: the same samples every time. */
function random(): number {
  seed = (seed + 0x6d2b79f5) | 0;
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
}
const pick = (letters: string, count: number): string =>
  Array.from({ length: count }, () => letters[Math.floor(random() * letters.length)]).join('');
const around = (middle: number): number => middle * Math.exp((random() + random() + random() - 1.5) * 2);

/** What a lab PC says of a metric: the mean of many, and the last digits it keeps. */
const TYPICAL: Partial<Record<MetricName, number>> = {
  cpu: 6,
  memory: 45,
  swap: 5,
  disk: 55,
  temperature: 45,
  memory_total: 8e9,
  disk_free: 9e10,
  agent_memory: 4e7,
  link_speed: 1000,
  displays: 1,
  agent_queue: 0,
};

function valueOf(name: MetricName): number {
  const { unit, maximum } = METRICS[name];
  const value = Math.min(maximum, around(TYPICAL[name] ?? (unit === 'By/s' ? 5000 : 3)));
  if (unit === '1' || unit === 'Mbit/s') return TYPICAL[name] ?? Math.round(value);
  if (unit === 'By/s' || unit === 'By') return Math.round(Number(value.toPrecision(3)));
  return Math.round(value * 10) / 10;
}

function metrics(): Payloads['report']['metrics'] {
  const entries = METRIC_NAMES.filter(() => random() < 0.93).map((name) => {
    if (METRICS[name].shape === 'last') return [name, valueOf(name)];
    const [min, mean, max] = [valueOf(name), valueOf(name), valueOf(name)].toSorted((a, b) => a - b);
    return [name, { min: random() < 0.25 ? 0 : min, mean, max }];
  });
  return Object.fromEntries(entries) as Payloads['report']['metrics'];
}

/** Fresh places and clocks: what differs from message to message must not become part of the dictionary. */
function place(message: Payloads[Kind]): Payloads[Kind] {
  const at = 1_795_000_000_000 + Math.floor(random() * 4e10);
  const seq = message.seq === 0 ? 0 : 1 + Math.floor(random() * 20_000);
  const { first: _, ...rest } = message as Payloads['report'];
  const clocks = 'boot' in message ? { boot: pick('0123456789abcdef', 16), mono: Math.floor(random() * 4e7) } : {};
  const birth = 'oldest' in message ? { oldest: Math.max(1, seq - Math.floor(random() * 40)) } : {};
  return { ...rest, stream: pick(ID_LETTERS, 26), seq, at, ...clocks, ...birth } as Payloads[Kind];
}

function report(): Payloads['report'] {
  const placed = place(validExamples('report').find(({ name }) => name === 'in-use')!.message) as Payloads['report'];
  const bits = (bit: string): string => bit.repeat(5);
  const [active, blind] = [bits('0'), bits('0')];
  const use = random() < 0.4 ? { active: bits('1'), blind } : random() < 0.2 ? { active, blind: bits('1') } : { active, blind };
  const session = (['open', 'none', 'open', 'locked'] as const)[Math.floor(random() * 4)]!;
  return { ...placed, minute: Math.floor(placed.at / 60_000) - 5, span: 5, on: bits('1'), ...use, session, metrics: metrics() };
}

const folder = tempFolder('train-packing');
const samples = join(folder.path, 'samples');
mkdirSync(samples);
let count = 0;
const save = (kind: Kind, message: Payloads[Kind]): void =>
  writeFileSync(join(samples, String((count += 1)).padStart(6, '0')), encode(kind, message as never));
for (let i = 0; i < REPORTS; i++) save('report', report());
for (const kind of [...UP_KINDS, ...DOWN_KINDS] as readonly Kind[]) {
  const examples = validExamples(kind);
  for (let i = 0; i < OTHERS; i++) save(kind, place(examples[i % examples.length]!.message));
}
const made = join(folder.path, 'dictionary');
execFileSync('zstd', ['-q', '--train-fastcover', '-r', samples, '-o', made, `--maxdict=${SIZE}`, '--dictID=1', '-19'], { stdio: 'ignore' });
const lines = readFileSync(made)
  .toString('base64')
  .match(/.{1,120}/g)!;
folder.remove();
writeFileSync(
  join(ROOT, 'protocol/packing/dictionary-1.ts'),
  `/** A dictionary of Zstandard in base64, made by tests/tools/train-packing.ts. It is part of the wire contract: it never changes. */
export const DICTIONARY_1 =
${lines.map((line) => `  '${line}'`).join(' +\n')};
`,
);
process.stdout.write(`${count} samples, ${lines.join('').length} characters\n`);
