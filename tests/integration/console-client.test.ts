import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addDevice, addSchool, startWithAdmin, type HttpKit } from '../../collector/http/test-kit/http-kit.ts';
import * as client from '../../dashboards/console/src/api/generated.ts';

describe("the console's client against a real server", () => {
  let kit: HttpKit & { cookie: string };
  let device: string;
  const realFetch = globalThis.fetch;
  beforeAll(async () => {
    kit = await startWithAdmin();
    const { room } = await addSchool(kit.ledger);
    device = await addDevice(kit.ledger, room, 'Máy 01');
    // A browser keeps the cookie; Node's fetch has no jar.
    globalThis.fetch = (input, init) => realFetch(input, { ...init, headers: { ...(init?.headers as object), cookie: kit.cookie } });
  });
  afterAll(async () => {
    globalThis.fetch = realFetch;
    await kit.stop();
  });

  it('calls every kind of operation', async () => {
    const options = { base: kit.url };
    expect((await client.getSession(options)).user.name).toBe('admin');
    expect((await client.listDevices({ q: 'máy', limit: 5 }, options)).items.map(({ id }) => id)).toEqual([device]);
    expect((await client.getDevice({ id: device }, options)).name).toBe('Máy 01');
    expect((await client.getSeries({ id: device, field: 'cpu', step: 60 }, options)).points).toEqual([]);
    expect((await client.getDay({ id: device, day: '2026-11-21' }, options)).states).toHaveLength(1440);
    expect((await client.listUnits(options)).items).toHaveLength(2);
    expect(client.streamEventsPath).toBe('/api/v1/events');
  });

  it('throws problems with their code, and its own when nobody answers', async () => {
    const failure = await client.getDevice({ id: 'a'.repeat(26) }, { base: kit.url }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(client.ProblemError);
    expect(failure).toMatchObject({ status: 404, code: 'DEVICE_UNKNOWN', problem: { text: { vi: expect.any(String) } } });
    const nobody = await client.getSession({ base: 'http://127.0.0.1:1' }).catch((error: unknown) => error);
    expect(nobody).toMatchObject({ status: 0, code: 'UNREACHABLE' });
    const aborted = AbortSignal.abort();
    await expect(client.getSession({ base: kit.url, signal: aborted })).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('logs out with an empty answer', async () => {
    expect(await client.logout({ base: kit.url })).toBeUndefined();
    await expect(client.getSession({ base: kit.url })).rejects.toMatchObject({ code: 'NOT_LOGGED_IN' });
  });
});
