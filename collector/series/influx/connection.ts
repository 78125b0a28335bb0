import { RetryLater } from '../../ports/series-store.ts';

export interface InfluxLogin {
  readonly user?: string;
  readonly password?: string;
  /** InfluxDB 2 and 3. */
  readonly token?: string;
}

export interface InfluxAddress {
  /** http:// or https://, without a path for most servers. */
  readonly url: string;
  readonly database: string;
  readonly login: InfluxLogin;
  /** Longest time for one request, ms. */
  readonly timeoutMs?: number;
}

/** An answer of the server, whatever its status. */
export interface InfluxAnswer {
  readonly status: number;
  /** `X-Influxdb-Version`: 1.6.7, v2.7.1, 3.0.0 …; undefined when something else answered. */
  readonly version: string | undefined;
  /** What the server says is wrong, or undefined when it says nothing in its own way. */
  readonly complaint: string | undefined;
  readonly text: string;
}

const DEFAULT_TIMEOUT_MS = 30_000;

function authorization({ user, password, token }: InfluxLogin): Record<string, string> {
  if (token !== undefined) return { authorization: `Token ${token}` };
  if (user === undefined) return {};
  return { authorization: `Basic ${Buffer.from(`${user}:${password ?? ''}`).toString('base64')}` };
}

/** InfluxDB 1 and 3 say `error`, 2 says `message`. */
function complaintIn(text: string): string | undefined {
  try {
    const { error, message } = JSON.parse(text) as { error?: unknown; message?: unknown };
    if (typeof error === 'string') return error;
    return typeof message === 'string' ? message : undefined;
  } catch {
    return undefined;
  }
}

/** Node's fetch says only "fetch failed"; the cause has the reason, and one of several addresses has it deeper still. */
function networkReason(error: unknown): string {
  const { name, message, cause } = error as Error & { cause?: NodeJS.ErrnoException & { errors?: NodeJS.ErrnoException[] } };
  if (name === 'TimeoutError') return 'no answer in time';
  const inner = cause?.errors?.[0] ?? cause;
  return inner?.code ?? inner?.message ?? message;
}

/** Of what is no series answer nobody needs more; a year of one device in steps of a minute is less. */
const LONGEST_ANSWER = 64 * 2 ** 20;

/** @throws Error when it is too long: it is not kept in memory, whatever serves it */
async function textOf(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > LONGEST_ANSWER) throw new Error(`an answer of more than ${LONGEST_ANSWER / 2 ** 20} MiB`);
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

/** One HTTP request a call, never a second one: the drain decides when to try again. Connections are kept alive. */
export class InfluxConnection {
  readonly #address: InfluxAddress;

  constructor(address: InfluxAddress) {
    this.#address = address;
  }

  get url(): string {
    return this.#address.url;
  }

  /** @throws RetryLater when there is no answer */
  async request(path: string, query: Readonly<Record<string, string>>, body: string, type: string): Promise<InfluxAnswer> {
    const url = new URL(this.#address.url);
    url.pathname = `${url.pathname.replace(/\/$/, '')}${path}`;
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    try {
      const response = await fetch(url, {
        method: 'POST',
        body,
        headers: { 'content-type': type, ...authorization(this.#address.login) },
        redirect: 'error',
        signal: AbortSignal.timeout(this.#address.timeoutMs ?? DEFAULT_TIMEOUT_MS),
      });
      const text = await textOf(response);
      const version = response.headers.get('x-influxdb-version') ?? undefined;
      return { status: response.status, version, complaint: complaintIn(text), text };
    } catch (error) {
      throw new RetryLater(`InfluxDB at ${this.#address.url} does not answer (${networkReason(error)})`, { cause: error });
    }
  }

  /** Lines with times in ms. @throws RetryLater */
  write(lines: readonly string[]): Promise<InfluxAnswer> {
    return this.request('/write', { db: this.#address.database, precision: 'ms' }, lines.join('\n'), 'text/plain; charset=utf-8');
  }

  /** InfluxQL. @throws RetryLater */
  query(statement: string, database: string | undefined = this.#address.database): Promise<InfluxAnswer> {
    const body = new URLSearchParams({ q: statement }).toString();
    return this.request('/query', { ...(database === '' ? {} : { db: database }), epoch: 'ms' }, body, 'application/x-www-form-urlencoded');
  }
}
