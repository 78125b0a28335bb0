import { writeSync } from 'node:fs';

/**
 * The part of pino that runtime/log.ts uses, writing the same lines, without its worker threads, transports and formatters (a
 * bundle cannot load them, and an agent writes a line an hour). light.test.ts compares both line by line.
 */

type Bindings = Readonly<Record<string, unknown>>;
const LEVELS = { debug: 20, info: 30, warn: 40, error: 50, silent: Infinity } as const;
type Level = keyof typeof LEVELS;

interface Options {
  readonly level: string;
  readonly base?: Bindings;
  readonly redact?: readonly string[];
}
interface Destination {
  readonly fd?: number;
  /** Where lines go that go to no descriptor. */
  write?(line: string): void;
  /** As text for a person. */
  readonly pretty?: boolean;
}

const REDACTED = '[Redacted]';

/** As pino's standard serialiser shows an error: what, its causes, the stack, and its own members. */
function errorOf(error: Error): Record<string, unknown> {
  const { name: _, message, stack, cause, ...own } = error as Error & Record<string, unknown>;
  const causes: Error[] = [];
  for (let next = cause; next instanceof Error && !causes.includes(next); next = next.cause) causes.push(next);
  return {
    type: Object.prototype.toString.call(error.constructor) === '[object Function]' ? error.constructor.name : error.name,
    message: [message, ...causes.map((each) => each.message)].join(': '),
    stack: [stack, ...causes.map((each) => each.stack)].join('\ncaused by: '),
    ...own,
  };
}

/** Paths as runtime/log.ts gives them: `name`, or `*.name` for one level below. */
function redacted(given: Bindings, paths: readonly string[]): Bindings {
  const top = new Set(paths.filter((path) => !path.startsWith('*.')));
  const below = new Set(paths.filter((path) => path.startsWith('*.')).map((path) => path.slice(2)));
  const hide = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null || Array.isArray(value) || value instanceof Date) return value;
    const entries = Object.entries(value).map(([key, inner]) => [key, below.has(key) && inner !== undefined ? REDACTED : inner]);
    return Object.fromEntries(entries) as unknown;
  };
  return Object.fromEntries(
    Object.entries(given).map(([key, value]) => [key, top.has(key) && value !== undefined ? REDACTED : hide(value)]),
  );
}

const plain = (_key: string, value: unknown): unknown => (typeof value === 'bigint' ? Number(value) : value);

/** JSON of the members without its braces. */
function members(given: Bindings): string {
  return Object.entries(given)
    .map(([key, value]) => [JSON.stringify(key), JSON.stringify(value, plain)] as const)
    .filter(([, json]) => json !== undefined)
    .map(([key, json]) => `${key}:${json}`)
    .join(',');
}

function write(to: Destination, line: string): void {
  try {
    if (to.fd === undefined) to.write?.(line);
    else writeSync(to.fd, line);
  } catch {
    // Nobody reads it any more, or the disk is full: a log must not end the program.
  }
}

class Logger {
  readonly #options: Options;
  readonly #to: Destination;
  readonly #bindings: Bindings;
  readonly #threshold: number;

  constructor(options: Options, to: Destination, bindings: Bindings) {
    this.#options = options;
    this.#to = to;
    this.#bindings = bindings;
    this.#threshold = LEVELS[options.level as Level];
  }

  debug(...words: readonly unknown[]): void {
    this.#say('debug', words);
  }
  info(...words: readonly unknown[]): void {
    this.#say('info', words);
  }
  warn(...words: readonly unknown[]): void {
    this.#say('warn', words);
  }
  error(...words: readonly unknown[]): void {
    this.#say('error', words);
  }

  child(bindings: Bindings): Logger {
    return new Logger(this.#options, this.#to, { ...this.#bindings, ...redacted(bindings, this.#options.redact ?? []) });
  }

  #say(level: Level, [first, second]: readonly unknown[]): void {
    if (LEVELS[level] < this.#threshold) return;
    const isError = first instanceof Error;
    const given = typeof first === 'string' || isError ? {} : (first as Bindings);
    const text = typeof first === 'string' ? first : ((second as string | undefined) ?? (isError ? first.message : undefined));
    const body = isError ? { err: errorOf(first) } : { ...given };
    if (!isError && body['err'] instanceof Error) body['err'] = errorOf(body['err']);
    const shown = redacted(body, this.#options.redact ?? []);
    if (this.#to.pretty === true) this.#pretty(level, shown, text);
    else {
      const head = { level: LEVELS[level], time: new Date().toISOString(), ...this.#options.base, ...this.#bindings };
      const parts = [members(head), members(shown), text === undefined ? '' : members({ msg: text })];
      write(this.#to, `{${parts.filter((part) => part !== '').join(',')}}\n`);
    }
  }

  #pretty(level: Level, shown: Bindings, text = ''): void {
    const colour = { debug: 34, info: 32, warn: 33, error: 31, silent: 0 }[level];
    const rest = { ...this.#bindings, ...shown };
    const json = Object.keys(rest).length === 0 ? '' : ` ${JSON.stringify(rest, plain)}`;
    const program = String(this.#options.base?.['program'] ?? '');
    const time = new Date().toTimeString().slice(0, 8);
    write(this.#to, `[${time}] \x1b[${colour}m${level.toUpperCase()}\x1b[39m: \x1b[36m[${program}] ${text}\x1b[39m${json}\n`);
  }
}

function light(options: Options, to: Destination = { fd: 1, pretty: false }): Logger {
  return new Logger(options, to, {});
}

const pino = Object.assign(light, {
  destination: ({ fd }: { fd: number }): Destination => ({ fd, pretty: false }),
  transport: ({ options }: { options: { destination: number } }): Destination => ({ fd: options.destination, pretty: true }),
  stdTimeFunctions: { isoTime: undefined },
});
export { pino };
