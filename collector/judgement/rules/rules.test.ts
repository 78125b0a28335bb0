import { readdirSync } from 'node:fs';
import { assert, boolean, constantFrom, double, integer, option, property, record, type Arbitrary } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { unheard, type Birth, type Device, type DeviceState, type Security } from '../../../ledger/index.ts';
import { judge } from '../judge.ts';
import { RULES } from './index.ts';

const NOW = Date.UTC(2026, 10, 21, 1, 15);
const MINUTE = 60_000;
const DAY = 86_400_000;

const DEVICE: Device = {
  id: 'a'.repeat(26),
  class: 'pc-student',
  name: 'Máy 01',
  unit: 'b'.repeat(26),
  enrolledAt: NOW - 100 * DAY,
  revokedAt: null,
  fingerprint: { macs: [], disks: [] },
  clonedFrom: null,
};

/** Connected and heard, and nothing else known. */
const BARE: DeviceState = {
  ...unheard(DEVICE.id),
  lastSeen: NOW - MINUTE,
  online: true,
  presenceAt: NOW - DAY,
  presenceReason: 'connected',
};

const range = (mean: number) => ({ min: 0, mean, max: 200 });
const birth = (over: Partial<Birth>, at = NOW - MINUTE): Partial<DeviceState> => ({
  birthAt: at,
  birth: { end: 'clean', dropped: 0, os: { name: 'Windows 7' }, ...over } as Birth,
});
const security = (over: Partial<Security>): Partial<DeviceState> => ({
  securityAt: NOW,
  security: { firewall: 'unknown', ...over } as Security,
});
const product = (state: string, realtime: string, ageDays: number) => ({
  name: 'AV',
  state,
  realtime,
  definitions: { at: NOW - ageDays * DAY },
});
const antivirus = (...products: object[]) => security({ antivirus: products as never });

const disks = (health: object, trend?: object): Partial<DeviceState> => ({
  inventoryAt: NOW - DAY,
  inventory: { disks: [{ kind: 'hdd', model: 'ST1000DM010', serial: 'Z9A1B2C3', health }], os: {}, seat: 'Máy 07' } as never,
  ...(trend === undefined ? {} : { hardware: { accepted: {}, suspect: null, missing: [], trends: { Z9A1B2C3: trend } } as never }),
});
const missing = (over: object): Partial<DeviceState> => ({
  inventoryAt: NOW,
  inventory: { disks: [], os: {}, seat: 'Máy 07' } as never,
  hardware: {
    accepted: {},
    suspect: null,
    missing: [{ replaced: false, since: NOW - DAY, size: 4 * 1024 ** 3, maker: 'Samsung', part: 'M378A5143', slot: 'DIMM2', ...over }],
    trends: {},
  } as never,
});

const troubles = (over: Partial<DeviceState>, device: Partial<Device> = {}) =>
  judge({ ...DEVICE, ...device }, { ...BARE, ...over }, NOW).troubles;
const codes = (over: Partial<DeviceState>, device: Partial<Device> = {}) => troubles(over, device).map(({ code }) => code);

describe('each rule', () => {
  it.each<[string, Partial<DeviceState>, string[]]>([
    ['nothing known', {}, []],
    // silent
    ['heard 10 minutes ago', { lastSeen: NOW - 10 * MINUTE }, []],
    ['heard 11 minutes ago', { lastSeen: NOW - 11 * MINUTE }, ['silent']],
    ['lost 11 minutes ago', { lastSeen: NOW - 11 * MINUTE, online: false, presenceReason: 'lost' }, ['silent']],
    ['shut down a month ago', { lastSeen: NOW - 30 * DAY, online: false, presenceReason: 'shutdown' }, []],
    ['never heard', { lastSeen: null, online: null }, []],
    // disks
    ['a healthy disk', disks({ state: 'ok', reallocated: 8 }), []],
    ['a disk that says nothing', disks({ state: 'unknown' }), []],
    ['a failing disk', disks({ state: 'failing' }), ['disk-failing']],
    ['a worn disk', disks({ state: 'at_risk' }), ['disk-at-risk']],
    ['a counter that rose last week', disks({ state: 'ok' }, { values: {}, roseAt: NOW - 7 * DAY }), ['disk-at-risk']],
    ['a counter that rose last year', disks({ state: 'ok' }, { values: {}, roseAt: NOW - 300 * DAY }), []],
    ['a module is gone', missing({ component: 'memory' }), ['memory-missing']],
    ['a disk is gone', missing({ component: 'disk' }), ['disk-missing']],
    ['a disk was replaced', missing({ component: 'disk', replaced: true }), ['disk-replaced']],
    // antivirus
    ['not seen', security({}), []],
    ['none found', antivirus(), ['antivirus-none']],
    ['protected', antivirus(product('on', 'on', 1)), []],
    ['stale', antivirus(product('on', 'on', 8)), ['antivirus-stale']],
    ['without definitions', antivirus({ name: 'ClamAV', state: 'off', realtime: 'off', freshness: 'none' }), ['antivirus-off']],
    ['old by its own word', antivirus({ name: 'X', state: 'on', realtime: 'on', freshness: 'old' }), ['antivirus-stale']],
    ['on demand', antivirus(product('on', 'off', 1)), ['antivirus-on-demand']],
    ['off', antivirus(product('off', 'on', 1)), ['antivirus-off']],
    ['expired', antivirus(product('expired', 'on', 1)), ['antivirus-expired']],
    ['unknown', antivirus(product('unknown', 'unknown', 1)), []],
    // disk
    ['disk 89.9', { metrics: { disk: 89.9 } }, []],
    ['disk 90', { metrics: { disk: 90 } }, ['disk-nearly-full']],
    ['disk 96.9', { metrics: { disk: 96.9 } }, ['disk-nearly-full']],
    ['disk 97', { metrics: { disk: 97 } }, ['disk-full']],
    ['disk 100', { metrics: { disk: 100 } }, ['disk-full']],
    ['disk unknown', { metrics: {} }, []],
    // heat
    ['89.9 degrees', { metrics: { temperature: range(89.9) } }, []],
    ['90 degrees', { metrics: { temperature: range(90) } }, ['hot']],
    ['90 degrees before it was shut down', { metrics: { temperature: range(95) }, online: false, presenceReason: 'shutdown' }, []],
    // memory
    ['memory 94', { metrics: { memory: range(94.9) } }, []],
    ['memory 95', { metrics: { memory: range(95) } }, ['memory-full']],
    ['memory 95 before it stopped', { metrics: { memory: range(99) }, online: false, presenceReason: 'stopped' }, []],
    // clock
    ['90 s out', { skew: 90_000 }, []],
    ['90.001 s fast', { skew: 90_001 }, ['clock-wrong']],
    ['years slow', { skew: -10 * 365 * DAY }, ['clock-wrong']],
    // shutdown
    ['ended clean', birth({ end: 'clean' }), []],
    ['first run', birth({ end: 'first' }), []],
    ['end unknown', birth({ end: 'unknown' }), []],
    ['lost power', birth({ end: 'power' }), ['unclean-shutdown']],
    ['lost power two days ago', birth({ end: 'power' }, NOW - 2 * DAY), []],
    ['agent crashed', birth({ end: 'crash' }), ['agent-crashed']],
    // dropped
    ['dropped none', birth({ dropped: 0 }), []],
    ['dropped one', birth({ dropped: 1 }), ['reports-dropped']],
    // support
    ['supported until today', security({ endOfSupport: '2026-11-21' }), []],
    ['supported until the day before yesterday', security({ endOfSupport: '2026-11-19' }), ['os-unsupported']],
    [
      'end of support from the inventory',
      { inventory: { disks: [], os: { name: 'Windows 7', endOfSupport: '2020-01-14' } } as never },
      ['os-unsupported'],
    ],
    ['a day that is none', security({ endOfSupport: '2026-99-99' }), []],
  ])('%s', (_what, over, expected) => expect(codes(over)).toEqual(expected));
});

it('says the worst first', () => {
  const over = { ...antivirus(product('on', 'off', 1)), skew: 100_000, metrics: { disk: 99 } };
  expect(troubles(over).map(({ severity }) => severity)).toEqual(['urgent', 'warning', 'notice']);
});

it('says nothing of what was revoked', () => {
  expect(codes({ metrics: { disk: 99 } }, { revokedAt: NOW })).toEqual([]);
});

it('asks no antivirus of a screen', () => {
  for (const deviceClass of ['tv', 'projector'] as const) expect(codes(antivirus(), { class: deviceClass })).toEqual([]);
});

it('does not call definitions stale because the machine was off all summer', () => {
  const off = { lastSeen: NOW - 60 * DAY, online: false, presenceReason: 'shutdown' };
  expect(codes({ ...off, ...antivirus(product('on', 'on', 61)) })).toEqual([]);
  expect(codes({ ...off, ...antivirus(product('on', 'on', 75)) })).toEqual(['antivirus-stale']);
});

it('tells since when, where that is known', () => {
  const since = (over: Partial<DeviceState>) => troubles(over)[0]!.since;
  expect(since({ lastSeen: NOW - 30 * MINUTE })).toBe(NOW - 30 * MINUTE);
  expect(since(antivirus(product('on', 'on', 10)))).toBe(NOW - 3 * DAY);
  expect(since(security({ endOfSupport: '2020-01-14' }))).toBe(Date.UTC(2020, 0, 15));
  expect(since({ metrics: { disk: 99 } })).toBeNull();
});

it.each([
  [-95_000, 'chậm 2 phút', '2 minutes slow'],
  [7 * 3_600_000, 'nhanh 7 giờ', '7 hours fast'],
  [-10 * 365 * DAY, 'chậm 3650 ngày', '3650 days slow'],
])('a clock %i ms out is told in words', (skew, vi, en) => {
  const [trouble] = troubles({ skew });
  expect(trouble!.what.vi).toContain(vi);
  expect(trouble!.what.en).toContain(en);
});

/** One state that makes each code, for what holds of all texts. */
const EVERY: Partial<DeviceState>[] = [
  { lastSeen: NOW - DAY },
  antivirus(),
  ...['off', 'expired'].map((state) => antivirus(product(state, 'on', 1))),
  antivirus(product('on', 'on', 30)),
  antivirus(product('on', 'off', 1)),
  { metrics: { disk: 92, temperature: range(95), memory: range(99) } },
  { metrics: { disk: 99 } },
  { skew: DAY },
  birth({ end: 'power', dropped: 3 }),
  birth({ end: 'crash' }),
  security({ endOfSupport: '2020-01-14' }),
  disks({ state: 'failing' }),
  disks({ state: 'at_risk' }),
  ...(['memory', 'disk'] as const).map((component) => missing({ component })),
  missing({ component: 'disk', replaced: true }),
];

it('names the seat and the part that is gone', () => {
  const [trouble] = troubles(missing({ component: 'memory', serial: '35A1B2C3' }));
  expect(trouble?.what.vi).toBe('Máy 07 mất thanh RAM 4 GB (Samsung M378A5143, S/N 35A1B2C3) ở khe DIMM2.');
  expect(trouble?.severity).toBe('urgent');
  const [bare] = troubles({
    ...missing({ component: 'memory', size: undefined, maker: undefined, part: undefined, slot: undefined }),
    inventory: null,
  });
  expect(bare?.what.vi).toBe('Máy 01 mất thanh RAM.');
});

describe('the texts', () => {
  const all = EVERY.flatMap((over) => troubles(over));

  it('are there for every code that a rule names, and for no other', () => {
    expect(new Set(all.map(({ code }) => code))).toEqual(new Set(RULES.flatMap((rule) => rule.codes)));
  });

  it('are short sentences in both languages, Vietnamese with diacritics', () => {
    for (const { what, advice } of all) {
      for (const text of [what.vi, what.en, advice.vi, advice.en]) {
        expect(text).toMatch(/^[^a-z].*\.$/su);
        expect(text.length).toBeLessThan(160);
        expect(text).not.toMatch(/undefined|null|NaN|\{/);
      }
      expect(what.vi).toMatch(/[ăâđêôơưáàảãạấầẩẫậắằẳẵặéèẻẽẹếềểễệíìỉĩịóòỏõọốồổỗộớờởỡợúùủũụứừửữựýỳỷỹỵ]/i);
      expect(what.vi).not.toBe(what.en);
    }
  });
});

it('is a list of what is in this folder', () => {
  const files = readdirSync(import.meta.dirname)
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts') && file !== 'index.ts')
    .map((file) => file.replace('.ts', ''));
  expect(RULES.map(({ name }) => name).toSorted()).toEqual(files.toSorted());
});

it('never throws and never judges what is unknown, whatever is missing', () => {
  const maybe = <T>(value: Arbitrary<T>) => option(value, { nil: null });
  const instant = integer({ min: NOW - 400 * DAY, max: NOW + DAY });
  assert(
    property(
      record({
        lastSeen: maybe(instant),
        online: maybe(boolean()),
        presenceReason: maybe(constantFrom('connected', 'stopped', 'shutdown', 'lost')),
        skew: maybe(integer({ min: -1e13, max: 1e13 })),
        metrics: maybe(record({ disk: double({ min: 0, max: 100, noNaN: true }) }, { requiredKeys: [] })),
        birthAt: maybe(instant),
        reportAt: maybe(instant),
      }),
      (over) => {
        const { connection, troubles: found } = judge(DEVICE, { ...BARE, ...over }, NOW);
        const groundless = found.filter(
          ({ code }) =>
            /^(antivirus|hot$|memory|unclean|agent|reports|os)/.test(code) ||
            (over.metrics?.disk === undefined && code.startsWith('disk')) ||
            (over.skew === null && code === 'clock-wrong') ||
            over.lastSeen === null,
        );
        expect(groundless).toEqual([]);
        expect(connection === 'never').toBe(over.lastSeen === null);
      },
    ),
  );
});
