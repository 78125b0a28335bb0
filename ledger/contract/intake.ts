import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Birth, DeviceState, Id, Inventory } from '../records.ts';
import { batch, minutesOf, NOW, plantDevices, plantUnits, streamId, unit, use, withLedger, type Open } from './fixtures.ts';

const inventory: Inventory = {
  v: 1,
  stream: streamId(1),
  seq: 7,
  at: NOW,
  boot: '0123456789abcdef',
  mono: 1,
  system: { maker: 'Dell', model: 'OptiPlex 3080' },
  memory: { total: 8_000_000_000 },
  disks: [],
  nics: [],
  os: { name: 'Debian GNU Linux', licence: 'free' },
};
const birth: Birth = {
  v: 1,
  stream: streamId(1),
  seq: 6,
  at: NOW,
  boot: '0123456789abcdef',
  mono: 1,
  agent: '0.1.0',
  os: { family: 'linux', name: 'Debian GNU Linux', arch: 'x64' },
  bootAt: NOW,
  end: 'first',
  zone: 'Asia/Ho_Chi_Minh',
  dropped: 0,
  oldest: 1,
  config: 0,
};

const everything = (device: Id): DeviceState => ({
  device,
  lastSeen: NOW,
  online: true,
  presenceAt: NOW - 5,
  presenceReason: 'connected',
  clock: { boot: '0123456789abcdef', offset: NOW - 1000 },
  skew: -250,
  reportAt: NOW,
  session: 'locked',
  use: 'blind',
  metrics: { cpu: { min: 0, mean: 1.5, max: 9 } },
  birthAt: NOW - 9,
  birth,
  inventoryAt: NOW - 8,
  inventory,
  hardware: {
    accepted: { windows: { modules: [{ size: 4096, slot: 'DIMM1' }], disks: null } },
    suspect: { boot: '9f1c2e4ab07d5583', since: 1 },
    missing: [{ component: 'memory', replaced: false, since: 1, size: 4096 }],
    trends: { Z9A1B2C3: { values: { pending: 1 }, roseAt: 2, rose: 'pending' } },
  },
  securityAt: null,
  security: null,
  event: null,
  eventAt: null,
  observedUntil: NOW,
});

/** What one batch may read and write, and that it is one transaction. */
export function intakeContract(open: Open): void {
  describe('intake', () => {
    it('knows devices with their places, and follows a change of the tree', () =>
      withLedger(open, async (ledger) => {
        const units = await plantUnits(ledger);
        const [one] = await plantDevices(ledger, units['R1-01'], 1);
        const ask = () => batch(ledger, (tx) => tx.devices([one!.device, one!.device, 'x'.repeat(26)]));
        const found = await ask();
        expect([...found.keys()]).toEqual([one!.device]);
        expect(found.get(one!.device)).toEqual({
          device: await ledger.devices.byId(one!.device),
          place: await ledger.units.byId(units['R1-01']),
        });
        await ledger.units.import([unit('S', 'school', 'P', { name: 'Đổi', zone: 'Asia/Bangkok' })]);
        expect((await ask()).get(one!.device)!.place).toMatchObject({ effectiveZone: 'Asia/Bangkok', path: [{}, { name: 'Đổi' }, {}, {}] });
      }));

    it('keeps the streams of a device that began last; those of others are left alone', () =>
      withLedger(open, async (ledger) => {
        const [one, two] = await plantDevices(ledger, (await plantUnits(ledger)).R1, 2);
        const state = (device: Id, n: number) => ({ device, stream: streamId(n), contiguous: n, ahead: [] });
        await batch(ledger, (tx) => tx.saveStreams([state(two!.device, 1)]));
        for (let n = 1; n <= 30; n++) await batch(ledger, (tx) => tx.saveStreams([state(one!.device, n)]));
        // Heard again, but no new one: nothing goes.
        await batch(ledger, async (tx) => tx.saveStreams(await tx.streams([{ device: one!.device, stream: streamId(11) }])));
        const keys = [one!.device, two!.device].flatMap((device) =>
          Array.from({ length: 30 }, (_, i) => ({ device, stream: streamId(i + 1) })),
        );
        const held = (await batch(ledger, (tx) => tx.streams(keys))).filter(({ contiguous }) => contiguous > 0);
        expect(held.map(({ contiguous }) => contiguous)).toEqual([...Array.from({ length: 20 }, (_, i) => i + 11), 1]);
      }));

    it('remembers streams; one that is new has nothing', () =>
      withLedger(open, async (ledger) => {
        const [one, two] = await plantDevices(ledger, (await plantUnits(ledger)).R1, 2);
        const keys = [
          { device: one!.device, stream: streamId(1) },
          { device: one!.device, stream: streamId(2) },
          { device: two!.device, stream: streamId(1) },
        ];
        await batch(ledger, async (tx) => {
          expect(await tx.streams(keys)).toEqual(keys.map((key) => ({ ...key, contiguous: 0, ahead: [] })));
          await tx.saveStreams([
            {
              ...keys[0]!,
              contiguous: 4,
              ahead: [
                [6, 9],
                [12, 12],
              ],
            },
            { ...keys[2]!, contiguous: Number.MAX_SAFE_INTEGER - 1, ahead: [] },
          ]);
        });
        await batch(ledger, async (tx) => {
          expect(await tx.streams(keys)).toEqual([
            {
              ...keys[0],
              contiguous: 4,
              ahead: [
                [6, 9],
                [12, 12],
              ],
            },
            { ...keys[1], contiguous: 0, ahead: [] },
            { ...keys[2], contiguous: Number.MAX_SAFE_INTEGER - 1, ahead: [] },
          ]);
          await tx.saveStreams([{ ...keys[0]!, contiguous: 9, ahead: [] }]);
          expect((await tx.streams([keys[0]!]))[0]).toMatchObject({ contiguous: 9, ahead: [] });
        });
      }));

    it('keeps a state as it was given, and changes only what changed', () =>
      withLedger(open, async (ledger, opened) => {
        const [one] = await plantDevices(ledger, (await plantUnits(ledger)).R1, 1);
        const id = one!.device;
        const first = everything(id);
        await batch(ledger, async (tx) => {
          expect((await tx.states([id])).get(id)).toMatchObject({ lastSeen: null, inventory: null });
          await tx.saveStates([first]);
          expect((await tx.states([id])).get(id)).toEqual(first);
        });
        expect((await ledger.devices.states([id])).get(id)).toEqual(first);
        const second = await batch(ledger, async (tx) => {
          const held = (await tx.states([id])).get(id)!;
          const next: DeviceState = { ...held, online: false, skew: null, metrics: null, clock: null, birth: null, birthAt: null };
          await tx.saveStates([next]);
          return next;
        });
        const other = await opened.again();
        expect((await other.devices.states([id])).get(id)).toEqual(second);
        expect((await other.intake.batch((tx) => tx.states([id]))).get(id)).toEqual(second);
        // Somebody else writes an inventory; what was kept from before must not come back.
        const newer: Inventory = { ...inventory, seq: 99, system: { maker: 'Khác' } };
        await other.intake.batch((tx) => tx.saveStates([{ ...second, inventory: newer, inventoryAt: NOW }]));
        expect((await batch(ledger, (tx) => tx.states([id]))).get(id)!.inventory).toEqual(newer);
        await other.close();
      }));

    it('saves a state that was not read before', () =>
      withLedger(open, async (ledger) => {
        const [one] = await plantDevices(ledger, (await plantUnits(ledger)).R1, 1);
        const id = one!.device;
        await batch(ledger, (tx) => tx.saveStates([everything(id)]));
        const without: DeviceState = { ...everything(id), inventory: null, inventoryAt: null };
        await batch(ledger, (tx) => tx.saveStates([without]));
        expect((await ledger.devices.states([id])).get(id)).toEqual(without);
        expect((await batch(ledger, (tx) => tx.states([id]))).get(id)).toEqual(without);
      }));

    it('OR-s minutes; active wins over blind in any order', () =>
      withLedger(open, async (ledger) => {
        const [one] = await plantDevices(ledger, (await plantUnits(ledger)).R1, 1);
        const day = '2026-11-21';
        await batch(ledger, (tx) => tx.orUse([use(one!.device, day, { on: [0, 1439], blind: [0, 1439] })]));
        await batch(ledger, (tx) =>
          tx.orUse([use(one!.device, day, { on: [5], active: [0] }), use(one!.device, day, { on: [6], blind: [0, 6] })]),
        );
        const [held] = await ledger.usage.days(one!.device, day, day);
        expect(minutesOf(held!.on)).toEqual([0, 5, 6, 1439]);
        expect(minutesOf(held!.active)).toEqual([0]);
        expect(minutesOf(held!.blind)).toEqual([6, 1439]);
      }));

    it('holds what a plain set of minutes holds, whatever comes in whatever order and how often', () =>
      withLedger(open, async (ledger) => {
        const devices = (await plantDevices(ledger, (await plantUnits(ledger)).R1, 40)).map(({ device }) => device);
        const some = fc.array(fc.integer({ min: 0, max: 1439 }), { maxLength: 12 });
        const report = fc.record({ day: fc.constantFrom('2026-11-20', '2026-11-21'), on: some, active: some, blind: some });
        let turn = 0;
        await fc.assert(
          fc.asyncProperty(fc.array(fc.array(report, { minLength: 1, maxLength: 4 }), { maxLength: 5 }), async (batches) => {
            const device = devices[turn++ % devices.length]!;
            const days = ['2026-11-20', '2026-11-21'];
            const oracle = new Map(
              days.map((day) => [day, { on: new Set<number>(), active: new Set<number>(), blind: new Set<number>() }]),
            );
            // What the device holds already comes from earlier turns.
            for (const held of await ledger.usage.days(device, days[0]!, days[1]!)) {
              for (const part of ['on', 'active', 'blind'] as const)
                for (const m of minutesOf(held[part])) oracle.get(held.day)![part].add(m);
            }
            for (const reports of batches) {
              await batch(ledger, (tx) => tx.orUse(reports.map(({ day, ...bits }) => use(device, day, bits))));
              for (const { day, ...bits } of reports) {
                for (const part of ['on', 'active', 'blind'] as const) for (const m of bits[part]) oracle.get(day)![part].add(m);
              }
            }
            const kept = new Map((await ledger.usage.days(device, days[0]!, days[1]!)).map((held) => [held.day, held]));
            for (const [day, truth] of oracle) {
              const held = kept.get(day) ?? use(device, day, {});
              const sorted = (set: Iterable<number>): number[] => [...set].toSorted((a, b) => a - b);
              expect(minutesOf(held.on)).toEqual(sorted(truth.on));
              expect(minutesOf(held.active)).toEqual(sorted(truth.active));
              expect(minutesOf(held.blind)).toEqual(sorted([...truth.blind].filter((m) => !truth.active.has(m))));
            }
          }),
          { numRuns: 60 },
        );
      }));

    it('refuses a bitmap of the wrong length as a whole', () =>
      withLedger(open, async (ledger) => {
        const [one] = await plantDevices(ledger, (await plantUnits(ledger)).R1, 1);
        const good = use(one!.device, '2026-11-21', { on: [1] });
        const short = { ...good, day: '2026-11-22', on: new Uint8Array(179) };
        await expect(batch(ledger, (tx) => tx.orUse([good, short]))).rejects.toThrow(RangeError);
        expect(await ledger.usage.days(one!.device, '2026-11-01', '2026-11-30')).toEqual([]);
      }));

    it('keeps nothing of a batch that fails', () =>
      withLedger(open, async (ledger) => {
        const [one] = await plantDevices(ledger, (await plantUnits(ledger)).R1, 1);
        const id = one!.device;
        const failing = batch(ledger, async (tx) => {
          await tx.saveStreams([{ device: id, stream: streamId(1), contiguous: 5, ahead: [] }]);
          await tx.saveStates([everything(id)]);
          await tx.orUse([use(id, '2026-11-21', { on: [1] })]);
          await tx.spool(['a', 'b']);
          await tx.park([{ device: id, kind: 'report', code: 'RULE', detail: '', payload: new Uint8Array([1]), at: NOW }]);
          throw new Error('no');
        });
        await expect(failing).rejects.toThrow('no');
        expect((await ledger.devices.states([id])).get(id)!.lastSeen).toBeNull();
        expect(await ledger.usage.days(id, '2026-11-21', '2026-11-21')).toEqual([]);
        expect(await ledger.spool.size()).toEqual({ rows: 0, bytes: 0, oldest: null });
        expect(await ledger.spool.counts()).toEqual({ dead: 0, parked: 0 });
        await batch(ledger, async (tx) => {
          expect((await tx.states([id])).get(id)!.inventory).toBeNull();
          expect((await tx.streams([{ device: id, stream: streamId(1) }]))[0]!.contiguous).toBe(0);
        });
      }));

    it('parks messages with their bytes', () =>
      withLedger(open, async (ledger) => {
        const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
        const message = { device: 'x'.repeat(26), kind: 'report', code: 'SCHEMA', detail: '/on wrong', payload: bytes, at: NOW };
        await batch(ledger, (tx) => tx.park([message, { ...message, kind: 'birth' }]));
        const parked = await ledger.spool.parked(10);
        expect(parked.map(({ kind }) => kind)).toEqual(['birth', 'report']);
        expect(new Uint8Array(parked[1]!.payload)).toEqual(bytes);
        expect(await ledger.spool.counts()).toEqual({ dead: 0, parked: 2 });
      }));

    it('keeps the newest 10,000 parked messages and counts all', () =>
      withLedger(open, async (ledger) => {
        const message = (n: number) => ({
          device: 'x'.repeat(26),
          kind: 'report',
          code: 'SCHEMA',
          detail: String(n),
          payload: new Uint8Array(),
          at: NOW,
        });
        const flood = Array.from({ length: 10_001 }, (_, n) => message(n));
        await batch(ledger, (tx) => tx.park(flood));
        await batch(ledger, (tx) => tx.park([message(10_001)]));
        const parked = await ledger.spool.parked(20_000);
        expect([parked.length, parked.at(-1)?.detail, parked[0]?.detail]).toEqual([10_000, '2', '10001']);
        expect(await ledger.spool.counts()).toEqual({ dead: 0, parked: 10_002 });
      }));

    it('does one batch at a time, in order, beside everything else', () =>
      withLedger(open, async (ledger) => {
        const [one] = await plantDevices(ledger, (await plantUnits(ledger)).R1, 1);
        const key = { device: one!.device, stream: streamId(1) };
        const add = () =>
          batch(ledger, async (tx) => {
            const [state] = await tx.streams([key]);
            // Gives way in the middle: whoever could slip in would be lost or lose us.
            await new Promise((resolve) => setImmediate(resolve));
            await tx.saveStreams([{ ...state!, contiguous: state!.contiguous + 1 }]);
          });
        const others = Array.from({ length: 30 }, (_, i) => ledger.audit.write({ at: i, who: 'a', what: 'b', subject: 'c' }));
        await Promise.all([...Array.from({ length: 30 }, add), ...others, ledger.units.import([unit('NEW', 'school', null)])]);
        expect((await batch(ledger, (tx) => tx.streams([key])))[0]!.contiguous).toBe(30);
        expect(await ledger.audit.list(100)).toHaveLength(30);
      }));

    it('lets nobody use a batch that has ended, nor wait for itself', () =>
      withLedger(open, async (ledger) => {
        const kept = await batch(ledger, async (tx) => tx);
        await expect(kept.spool(['late'])).rejects.toThrow('ended');
        await expect(batch(ledger, () => ledger.devices.count())).rejects.toThrow('inside a batch');
        expect((await ledger.spool.size()).rows).toBe(0);
      }));
  });
}
