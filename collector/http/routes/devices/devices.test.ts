import { Value } from 'typebox/value';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DayUse, DeviceState } from '../../../../ledger/index.ts';
import { RetryLater, type SeriesQuery } from '../../../ports/series-store.ts';
import { DeviceDay, DeviceDetail, DevicePage, Series, UnitPage } from '../../schemas/device.ts';
import { addDevice, addSchool, NOW, problemOf, say, startWithAdmin, type HttpKit } from '../../test-kit/http-kit.ts';
import { stepFor } from './series.ts';

const MINUTE = 60_000;
const DAY = 86_400_000;
const HANOI = 'Asia/Ho_Chi_Minh';

const envelope = { v: 1, stream: 's'.repeat(26), seq: 7, at: NOW, boot: '0123456789abcdef', mono: 1000 } as const;

/** A PC that reported a minute ago. */
const HEARD: Partial<DeviceState> = {
  lastSeen: NOW - MINUTE,
  online: true,
  presenceAt: NOW - DAY,
  presenceReason: 'connected',
  skew: -2400,
  reportAt: NOW - MINUTE,
  session: 'open',
  use: 'active',
  metrics: {
    cpu: { min: 1, mean: 12.5, max: 80 },
    memory: { min: 40, mean: 41, max: 42 },
    disk: 55,
    temperature: { min: 40, mean: 44, max: 50 },
  },
  birthAt: NOW - 2 * DAY,
  birth: {
    ...envelope,
    agent: '0.1.0',
    os: { family: 'linux', name: 'Debian GNU Linux', version: '12', arch: 'x64' },
    bootAt: NOW - 2 * DAY,
    end: 'clean',
    zone: HANOI,
    dropped: 0,
    oldest: 1,
    config: 0,
  },
  securityAt: NOW - DAY,
  security: { ...envelope, antivirus: [], firewall: 'on' },
  observedUntil: NOW - MINUTE,
};

const bits = (...minutes: [from: number, to: number][]): Uint8Array => {
  const bitmap = new Uint8Array(180);
  for (const [from, to] of minutes) for (let m = from; m < to; m++) bitmap[m >> 3]! |= 0x80 >> (m & 7);
  return bitmap;
};

const queries: SeriesQuery[] = [];
let store: () => Promise<{ at: number; min: number; mean: number; max: number }[]> = async () => [];

let kit: HttpKit & { cookie: string };
let units: { school: string; room: string };
let heard: string;
let never: string;

beforeAll(async () => {
  const read = (query: SeriesQuery) => {
    queries.push(query);
    return store();
  };
  kit = await startWithAdmin({ series: { read } });
  units = await addSchool(kit.ledger);
  heard = await addDevice(kit.ledger, units.room, 'Máy 01', 'pc-student', NOW - 2 * DAY);
  never = await addDevice(kit.ledger, units.school, 'Máy giáo viên', 'pc-teacher');
  const day: DayUse = {
    device: heard,
    day: '2026-11-21',
    on: bits([420, 480]),
    active: bits([430, 440], [443, 445]),
    blind: bits([470, 480]),
  };
  await say(kit.ledger, heard, HEARD, [day]);
});
afterAll(() => kit.stop());

const get = (path: string) => kit.fetch(`/api/v1${path}`, { cookie: kit.cookie });
const list = async (query: string) => (await (await get(`/devices${query}`)).json()) as DevicePage;

describe('GET /devices', () => {
  it('lists what is known, unknown as null, times in the zone of the unit', async () => {
    const page = await list('');
    expect(Value.Check(DevicePage, page)).toBe(true);
    expect(page.next).toBeNull();
    expect(page.items.find(({ id }) => id === heard)).toEqual({
      id: heard,
      name: 'Máy 01',
      class: 'pc-student',
      unit: { id: units.room, kind: 'room', name: 'Phòng máy 1' },
      path: [
        { id: units.school, kind: 'school', name: 'THCS Lê Lợi' },
        { id: units.room, kind: 'room', name: 'Phòng máy 1' },
      ],
      state: 'online',
      lastSeen: '2026-11-21T08:14:00+07:00',
      use: { state: 'active', session: 'open' },
      latest: { at: '2026-11-21T08:14:00+07:00', cpu: 12.5, memory: 41, disk: 55, temperature: 44 },
      antivirus: { verdict: 'none', product: null, definitionsAgeDays: null },
      troubles: [expect.objectContaining({ code: 'antivirus-none', severity: 'urgent', since: null })],
    });
    expect(page.items.find(({ id }) => id === never)).toMatchObject({
      state: 'never',
      lastSeen: null,
      use: { state: 'unknown', session: null },
      latest: { at: null, cpu: null, memory: null, disk: null, temperature: null },
      antivirus: { verdict: 'unknown' },
      troubles: [],
    });
  });

  it('goes through pages of any size and meets every device once', async () => {
    const ids: string[] = [];
    let cursor = '';
    for (let pages = 0; pages < 10; pages++) {
      const page = await list(`?limit=1${cursor}`);
      ids.push(...page.items.map(({ id }) => id));
      if (page.next === null) break;
      cursor = `&cursor=${page.next}`;
    }
    expect(ids).toEqual([heard, never].toSorted());
  });

  it.each([
    ['?state=online', () => [heard]],
    ['?state=never', () => [never]],
    ['?state=silent', () => []],
    ['?troubled=true', () => [heard]],
    ['?troubled=false', () => [never]],
    ['?troubled=true&limit=1', () => [heard]],
    ['?q=m%C3%A1y%2001', () => [heard]],
    ['?q=GI%C3%81O', () => [never]],
    ['?q=%20%20', () => [heard, never].toSorted()],
    ['?q=khong-co', () => []],
  ])('%s', async (query, expected) => {
    expect((await list(query)).items.map(({ id }) => id)).toEqual(expected());
  });

  it('takes a unit with everything under it', async () => {
    expect((await list(`?unit=${units.school}`)).items).toHaveLength(2);
    expect((await list(`?unit=${units.room}`)).items.map(({ id }) => id)).toEqual([heard]);
    expect((await problemOf(await get('/devices?unit=nothing'))).code).toBe('UNIT_UNKNOWN');
  });

  it.each([
    '?state=asleep',
    '?limit=0',
    '?limit=501',
    '?limit=ten',

    '?cursor=x',
    `?q=${'x'.repeat(81)}`,
    '?troubled=perhaps',
  ])('refuses %s and names the fault', async (query) => {
    const problem = await problemOf(await get(`/devices${query}`));
    expect(problem.code).toBe('BAD_REQUEST');
    expect(problem.detail).toMatch(/^querystring\/\w+ /);
  });

  it('dates the latest figures no later than they came', async () => {
    const id = await addDevice(kit.ledger, units.room, 'Máy 02');
    await say(kit.ledger, id, { lastSeen: NOW - 30_000, online: true, reportAt: NOW + 30_000, metrics: { disk: 1 } });
    const { latest } = (await (await get(`/devices/${id}`)).json()) as DeviceDetail;
    expect(latest.at).toBe('2026-11-21T08:14:30+07:00');
    await kit.ledger.devices.revoke(id, NOW);
    expect((await list('?state=revoked')).items.map((item) => item.id)).toEqual([id]);
  });

  it('falls silent with time, and is told so', async () => {
    kit.clock.value = NOW + 11 * MINUTE;
    try {
      const [item] = (await list('?state=silent')).items;
      expect(item).toMatchObject({ id: heard, use: { state: 'unknown' } });
      expect(item!.troubles.map(({ code, since }) => [code, since])).toContainEqual(['silent', '2026-11-21T08:14:00+07:00']);
    } finally {
      kit.clock.value = NOW;
    }
  });

  it('says 304 to whoever has it already', async () => {
    const first = await get('/devices');
    expect(first.headers.get('cache-control')).toBe('private, no-cache');
    const again = await kit.fetch('/api/v1/devices', { cookie: kit.cookie, headers: { 'if-none-match': first.headers.get('etag')! } });
    expect([again.status, await again.text()]).toEqual([304, '']);
  });
});

describe('GET /devices/:id', () => {
  it('gives everything, without what only delivery needs', async () => {
    const detail = (await (await get(`/devices/${heard}`)).json()) as DeviceDetail;
    expect(Value.Errors(DeviceDetail, detail)).toEqual([]);
    expect(detail).toMatchObject({
      zone: HANOI,
      enrolledAt: '2026-11-19T08:15:00+07:00',
      clockErrorSeconds: -2,
      metrics: HEARD.metrics,
      birth: { at: '2026-11-19T08:15:00+07:00', data: { agent: '0.1.0', end: 'clean' } },
      inventory: null,
      security: { at: '2026-11-20T08:15:00+07:00', data: { antivirus: [], firewall: 'on' } },
    });
    expect(JSON.stringify(detail)).not.toMatch(/"(stream|seq|mono|boot)"/);
  });

  it('of a device never heard is nulls', async () => {
    const detail = (await (await get(`/devices/${never}`)).json()) as DeviceDetail;
    expect(Value.Errors(DeviceDetail, detail)).toEqual([]);
    expect(detail).toMatchObject({ clockErrorSeconds: null, metrics: null, birth: null, inventory: null, security: null });
  });

  it.each([
    ['a'.repeat(26), 404, 'DEVICE_UNKNOWN'],
    ['abc', 400, 'BAD_REQUEST'],
    ['A'.repeat(26), 400, 'BAD_REQUEST'],
    ["'%20OR%201=1", 400, 'BAD_REQUEST'],
    [`${'a'.repeat(26)}%00`, 400, 'BAD_REQUEST'],
  ])('%s', async (id, status, code) => {
    for (const path of ['', '/series?field=cpu', '/days/2026-11-21']) {
      const problem = await problemOf(await get(`/devices/${id}${path}`));
      expect([problem.status, problem.code]).toEqual([status, code]);
    }
  });
});

describe('GET /devices/:id/days/:day', () => {
  it('is what the ledger holds, minute by minute', async () => {
    const day = (await (await get(`/devices/${heard}/days/2026-11-21`)).json()) as DeviceDay;
    expect(Value.Errors(DeviceDay, day)).toEqual([]);
    const [held] = await kit.ledger.usage.days(heard, '2026-11-21', '2026-11-21');
    expect(day.bitmaps).toEqual({
      on: Buffer.from(held!.on).toString('base64'),
      active: Buffer.from(held!.active).toString('base64'),
      blind: Buffer.from(held!.blind).toString('base64'),
    });
    // Off until 07:00, idle, used from 07:10 with a break, blind from 07:50 to 08:00, off until heard at 08:14, now 08:15.
    const expected = [
      'o'.repeat(420),
      'i'.repeat(10),
      'a'.repeat(10),
      'iii',
      'aa',
      'i'.repeat(25),
      'b'.repeat(10),
      'o'.repeat(14),
      'u',
      'f'.repeat(945),
    ];
    expect(day.states).toBe(expected.join(''));
    expect(day.minutes).toEqual({ on: 60, active: 12, idle: 38, blind: 10, off: 434, unknown: 1, inUse: 15 });
    expect(day.zone).toBe(HANOI);
  });

  it('of a day without reports says so: before enrolment unknown, tomorrow to come', async () => {
    const before = (await (await get(`/devices/${never}/days/2026-11-01`)).json()) as DeviceDay;
    expect(before.states).toBe('u'.repeat(1440));
    expect(before.minutes).toEqual({ on: 0, active: 0, idle: 0, blind: 0, off: 0, unknown: 1440, inUse: 0 });
    const tomorrow = (await (await get(`/devices/${never}/days/2026-11-22`)).json()) as DeviceDay;
    expect(tomorrow.states).toBe('f'.repeat(1440));
  });

  it.each(['2026-02-30', '2026-13-01', '2026-00-10', '2026-1-1', 'today', '20261121', '2026-11-21T00:00'])('refuses %s', async (day) => {
    expect((await problemOf(await get(`/devices/${heard}/days/${day}`))).status).toBe(400);
  });
});

describe('GET /devices/:id/series', () => {
  it('asks the store for the range and gives its points', async () => {
    const points = [{ at: NOW - 600_000, min: 1, mean: 2, max: 3 }];
    store = async () => points;
    const from = '2026-11-21T00:00:00+07:00';
    const series = (await (
      await get(`/devices/${heard}/series?field=cpu&from=${encodeURIComponent(from)}&to=${NOW}&step=600`)
    ).json()) as Series;
    expect(Value.Errors(Series, series)).toEqual([]);
    expect(queries.at(-1)).toEqual({ device: heard, metric: 'cpu', from: Date.parse(from), to: NOW, stepMs: 600_000 });
    expect(series).toEqual({
      device: heard,
      field: 'cpu',
      unit: '%',
      name: { en: 'CPU load', vi: 'Tải CPU' },
      from,
      to: '2026-11-21T08:15:00+07:00',
      step: 600,
      points,
    });
  });

  it('takes the last 24 hours, and a + that came as a space', async () => {
    store = async () => [];
    await get(`/devices/${heard}/series?field=disk`);
    expect(queries.at(-1)).toEqual({ device: heard, metric: 'disk', from: NOW - DAY, to: NOW, stepMs: 300_000 });
    await get(`/devices/${heard}/series?field=disk&from=2026-11-20T08:15:00+07:00`);
    expect(queries.at(-1)!.from).toBe(NOW - DAY);
  });

  it.each([
    ['', 'BAD_REQUEST'],
    ['?field=secrets', 'BAD_REQUEST'],
    ['?field=cpu&from=yesterday', 'BAD_RANGE'],
    ['?field=cpu&from=2026-11-20', 'BAD_RANGE'],
    ['?field=cpu&from=99999999999999999', 'BAD_RANGE'],
    ['?field=cpu&from=-1', 'BAD_RANGE'],
    [`?field=cpu&from=${NOW}&to=${NOW}`, 'BAD_RANGE'],
    [`?field=cpu&from=${NOW}&to=${NOW - 1}`, 'BAD_RANGE'],
    ['?field=cpu&step=59', 'BAD_REQUEST'],
    ['?field=cpu&step=86401', 'BAD_REQUEST'],
    [`?field=cpu&from=0&to=${NOW}&step=60`, 'BAD_RANGE'],
    ["?field=cpu'%20OR%20'1", 'BAD_REQUEST'],
  ])('refuses %s', async (query, code) => {
    const asked = queries.length;
    expect((await problemOf(await get(`/devices/${heard}/series${query}`))).code).toBe(code);
    expect(queries.length).toBe(asked);
  });

  it('says 503 while the store cannot answer, and hides what it said', async () => {
    store = () => Promise.reject(new RetryLater('connect ECONNREFUSED 10.0.0.7:8086 password=hunter2'));
    const response = await get(`/devices/${heard}/series?field=cpu`);
    expect(response.headers.get('retry-after')).toBe('30');
    const problem = await problemOf(response);
    expect(problem.code).toBe('SERIES_UNAVAILABLE');
    expect(JSON.stringify(problem)).not.toContain('hunter2');
  });

  it('says INTERNAL and nothing more when something breaks', async () => {
    store = () => Promise.reject(new Error('secret thing at /srv/x.ts:1:1'));
    const problem = await problemOf(await get(`/devices/${heard}/series?field=cpu`));
    expect(problem).toMatchObject({ status: 500, code: 'INTERNAL' });
    expect(JSON.stringify(problem)).not.toContain('secret');
  });

  it.each([
    [60_000, 60],
    [DAY / 24, 60],
    [DAY, 300],
    [7 * DAY, 3600],
    [30 * DAY, 10_800],
    [365 * DAY, 86_400],
    [3650 * DAY, 86_400],
  ])('a range of %i ms is drawn in steps of %i s', (range, step) => expect(stepFor(range)).toBe(step));
});

describe('GET /units', () => {
  it('is the tree with counts, parents first', async () => {
    const page = (await (await get('/units')).json()) as UnitPage;
    expect(Value.Errors(UnitPage, page)).toEqual([]);
    expect(page).toEqual({
      items: [
        { id: units.school, code: 'T1', kind: 'school', name: 'THCS Lê Lợi', parent: null, zone: HANOI, devices: 2, troubled: 1 },
        { id: units.room, code: 'T1-P1', kind: 'room', name: 'Phòng máy 1', parent: units.school, zone: HANOI, devices: 1, troubled: 1 },
      ],
      next: null,
    });
  });
});
