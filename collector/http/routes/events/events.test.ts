import { request } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { addDevice, addSchool, NOW, problemOf, say, startWithAdmin, type HttpKit } from '../../test-kit/http-kit.ts';
import type { DeviceSummary } from '../../schemas/device.ts';
import type { HttpOptions } from '../../context.ts';

interface Received {
  readonly event: string;
  readonly data: unknown;
  readonly at: number;
}

/** A reader of server-sent events, as WHATWG says to parse them. */
class Reader {
  readonly events: Received[] = [];
  status = 0;
  headers: Record<string, unknown> = {};
  text = '';
  ended = false;
  readonly #request: ReturnType<typeof request>;

  constructor(url: string, cookie: string) {
    this.#request = request(`${url}/api/v1/events`, { headers: { cookie }, agent: false }, (response) => {
      this.status = response.statusCode!;
      this.headers = response.headers;
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => this.#take(chunk));
      response.on('close', () => (this.ended = true));
    });
    this.#request.on('error', () => (this.ended = true));
    this.#request.end();
  }

  #take(chunk: string): void {
    this.text += chunk;
    const blocks = this.text.split('\n\n').slice(0, -1);
    for (const block of blocks.slice(this.#seen)) {
      const field = (name: string) =>
        block
          .split('\n')
          .find((line) => line.startsWith(`${name}: `))
          ?.slice(name.length + 2);
      const event = field('event');
      if (event !== undefined) this.events.push({ event, data: JSON.parse(field('data')!), at: performance.now() });
    }
    this.#seen = blocks.length;
  }
  #seen = 0;

  named(event: string): Received[] {
    return this.events.filter((received) => received.event === event);
  }

  close(): void {
    this.#request.destroy();
  }
}

async function until(what: string, check: () => boolean): Promise<void> {
  const deadline = performance.now() + 30_000;
  while (!check()) {
    if (performance.now() > deadline) throw new Error(`waited for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

const opened: { kit?: HttpKit; readers: Reader[] } = { readers: [] };
afterEach(async () => {
  for (const reader of opened.readers.splice(0)) reader.close();
  await opened.kit?.stop();
  delete opened.kit;
});

async function setUp(options: Partial<HttpOptions> = {}) {
  const kit = await startWithAdmin(options);
  opened.kit = kit;
  const { room } = await addSchool(kit.ledger);
  const device = await addDevice(kit.ledger, room, 'Máy 01');
  const watch = async (cookie = kit.cookie): Promise<Reader> => {
    const reader = new Reader(kit.url, cookie);
    opened.readers.push(reader);
    await until('the first event', () => reader.events.length > 0 || reader.ended);
    return reader;
  };
  return { kit, device, room, watch };
}

describe('GET /events', () => {
  it('says hello, unbuffered by proxies, then tells of a device that changed', async () => {
    const { kit, device, watch } = await setUp();
    const reader = await watch();
    expect(reader.status).toBe(200);
    expect(reader.headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no',
    });
    expect(reader.events[0]).toMatchObject({ event: 'hello', data: { at: '2026-11-21T08:15:00+07:00' } });
    await say(kit.ledger, device, { lastSeen: NOW, online: true, reportAt: NOW, metrics: { cpu: { min: 1, mean: 2, max: 3 } } });
    kit.changes.publish([device]);
    await until('a device event', () => reader.named('device').length > 0);
    const { items } = (await (await kit.fetch('/api/v1/devices', { cookie: kit.cookie })).json()) as { items: DeviceSummary[] };
    expect(reader.named('device')[0]!.data).toEqual(items[0]);
    expect(items[0]!.latest.cpu).toBe(2);
  });

  it('tells a busy device at most once a second, and its last state for sure', async () => {
    const { kit, device, watch } = await setUp();
    const reader = await watch();
    const cpu = (received: Received) => (received.data as DeviceSummary).latest.cpu;
    for (let i = 1; i <= 40; i++) {
      await say(kit.ledger, device, { lastSeen: NOW, reportAt: NOW, metrics: { cpu: { min: 0, mean: i, max: 100 } } });
      kit.changes.publish([device]);
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
    await until('the last state', () => reader.named('device').some((received) => cpu(received) === 40));
    const times = reader.named('device').map(({ at }) => at);
    const span = (times.at(-1)! - times[0]!) / 1000;
    expect(times.length).toBeGreaterThanOrEqual(2);
    // n events a second apart span at least n - 1 seconds; a loaded machine makes the arrivals uneven, never the sum.
    expect(times.length - 1).toBeLessThanOrEqual(Math.ceil(span + 0.5));
  });

  it('tells every stream, and of every device in a batch', async () => {
    const { kit, device, room, watch } = await setUp();
    const other = await addDevice(kit.ledger, room, 'Máy 02');
    const readers = [await watch(), await watch()];
    kit.changes.publish([device, other, 'z'.repeat(26)]);
    for (const reader of readers) {
      await until('both devices', () => reader.named('device').length === 2);
      expect(reader.named('device').map(({ data }) => (data as DeviceSummary).id)).toEqual([device, other]);
    }
  });

  it('ends at logout, and only that session', async () => {
    const { kit, watch } = await setUp();
    const mine = await kit.login();
    const [other, own] = [await watch(), await watch(mine)];
    await kit.fetch('/api/v1/session', { method: 'DELETE', cookie: mine });
    await until('the end of the stream', () => own.ended);
    expect(other.ended).toBe(false);
  });

  it('ends when the server stops, quickly', async () => {
    const { kit, watch } = await setUp();
    const reader = await watch();
    await kit.http.stop();
    await until('the end of the stream', () => reader.ended);
    expect(kit.http.addresses()).toEqual({});
  });

  it('is bounded, and a place is free again when somebody leaves', async () => {
    const { kit, watch } = await setUp({ limits: { streams: 2 } });
    const [first] = [await watch(), await watch()];
    const refused = await kit.fetch('/api/v1/events', { cookie: kit.cookie });
    expect((await problemOf(refused)).code).toBe('TOO_MANY_STREAMS');
    expect(kit.metrics.text()).toContain('labwatch_http_streams 2');
    first!.close();
    await until('a free place', () => kit.metrics.text().includes('labwatch_http_streams 1'));
    expect((await watch()).status).toBe(200);
  });

  it('needs a session', async () => {
    const { kit } = await setUp();
    expect((await problemOf(await kit.fetch('/api/v1/events'))).code).toBe('NOT_LOGGED_IN');
    expect((await kit.fetch('/api/v1/events', { method: 'HEAD' })).status).toBe(401);
  });
});
