import { until } from './programs.ts';

/** A logged-in caller of the HTTP API for tests and benches: the cookie of a session and the origin a browser would send. */
export class Api {
  readonly url: string;
  #cookie = '';

  constructor(url: string) {
    this.url = url;
  }

  async call(path: string, init: { method?: string; body?: unknown } = {}): Promise<Response> {
    const headers: Record<string, string> = { origin: this.url, cookie: this.#cookie };
    if (init.body !== undefined) headers['content-type'] = 'application/json';
    return fetch(`${this.url}${path}`, {
      method: init.method ?? 'GET',
      headers,
      ...(init.body === undefined ? {} : { body: JSON.stringify(init.body) }),
    });
  }

  async get<T>(path: string): Promise<T> {
    const response = await this.call(path);
    if (!response.ok) throw new Error(`GET ${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  }

  /** Logs in, and changes the one-time password if there is `next`. */
  async login(password: string, next?: string): Promise<void> {
    const response = await this.call('/api/v1/session', { method: 'POST', body: { name: 'admin', password } });
    if (!response.ok) throw new Error(`login: ${response.status} ${await response.text()}`);
    this.#cookie = response.headers.getSetCookie()[0]?.split(';')[0] ?? '';
    if (next === undefined) return;
    const changed = await this.call('/api/v1/session/password', { method: 'POST', body: { current: password, next } });
    if (!changed.ok) throw new Error(`password: ${changed.status} ${await changed.text()}`);
    await this.login(next);
  }

  /** The first device of the list, once it has sent a report. */
  async firstReport(): Promise<Record<string, unknown>> {
    return until('the first report', async () => {
      const { items } = await this.get<{ items: { latest: { at: string | null } }[] }>('/api/v1/devices');
      return items.find((item) => item.latest.at !== null) as unknown as Record<string, unknown>;
    });
  }
}

/** What `labwatch up` and `labwatch collector` print when they are ready. */
export const WELCOME = /labwatch(?: collector)?: (http:\/\/127\.0\.0\.1:\d+)(?:.*password: (\S+))?/;
