/**
 * Counters and gauges in Prometheus text exposition format 0.0.4. (prom-client is no longer kept up; this is the part of
 * it that we use.) A registry is made by `main.ts` and handed down; there is no global one.
 */
export type Labels = Readonly<Record<string, string>>;

export interface Counter {
  add(labels?: Labels, by?: number): void;
  get(labels?: Labels): number;
}

interface Family {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge';
  /** Label text (`{a="b"}` or empty) and value. */
  samples(): Iterable<readonly [string, number]>;
}

const escape = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');

const number = (value: number): string => (Math.abs(value) === Infinity ? `${value > 0 ? '+' : '-'}Inf` : String(value));

function labelText(labels: Labels): string {
  const keys = Object.keys(labels).toSorted();
  return keys.length === 0 ? '' : `{${keys.map((key) => `${key}="${escape(labels[key]!)}"`).join(',')}}`;
}

export class Metrics {
  readonly #families = new Map<string, Family>();
  readonly #counters = new Map<string, Map<string, number>>();

  /**
   * Names end in `_total`; label values must come from closed lists, never from what a client sent. Asked for twice (by
   * two programs that share the registry) it is the same counter.
   */
  counter(name: string, help: string): Counter {
    const values = this.#counters.get(name) ?? new Map<string, number>();
    this.#counters.set(name, values);
    this.#families.set(name, { name, help, type: 'counter', samples: () => values });
    return {
      add: (labels = {}, by = 1) => {
        const key = labelText(labels);
        values.set(key, (values.get(key) ?? 0) + by);
      },
      get: (labels = {}) => values.get(labelText(labels)) ?? 0,
    };
  }

  /** Read when asked; undefined leaves the sample out. */
  gauge(name: string, help: string, read: () => number | undefined): void {
    const samples = (): [string, number][] => {
      const value = read();
      return value === undefined ? [] : [['', value]];
    };
    this.#families.set(name, { name, help, type: 'gauge', samples });
  }

  text(): string {
    const lines: string[] = [];
    for (const family of this.#families.values()) {
      lines.push(
        `# HELP ${family.name} ${family.help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}`,
        `# TYPE ${family.name} ${family.type}`,
      );
      for (const [labels, value] of family.samples()) lines.push(`${family.name}${labels} ${number(value)}`);
    }
    return `${lines.join('\n')}\n`;
  }
}
