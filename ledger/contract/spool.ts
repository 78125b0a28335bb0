import { describe, expect, it } from 'vitest';
import { batch, minutes, minutesOf, NOW, plantDevices, plantUnits, use, withLedger, type Open } from './fixtures.ts';

/** Lines on their way to the time-series store, and days of use. */
export function spoolContract(open: Open): void {
  describe('spool', () => {
    it('gives the oldest first and knows its size', () =>
      withLedger(open, async (ledger) => {
        const before = Date.now();
        await batch(ledger, (tx) => tx.spool(['một', 'b']));
        await batch(ledger, (tx) => tx.spool(['c']));
        const rows = await ledger.spool.peek(10);
        expect(rows.map(({ line }) => line)).toEqual(['một', 'b', 'c']);
        expect(rows.map(({ id }) => id)).toEqual(rows.map(({ id }) => id).toSorted((a, b) => a - b));
        expect(await ledger.spool.peek(2)).toEqual(rows.slice(0, 2));
        const size = await ledger.spool.size();
        expect(size).toMatchObject({ rows: 3, bytes: Buffer.byteLength('mộtbc') });
        expect(size.oldest).toBeGreaterThanOrEqual(before);
        await batch(ledger, (tx) => tx.spool([]));
        expect((await ledger.spool.size()).rows).toBe(3);
      }));

    it('takes away what is stored and buries what was rejected', () =>
      withLedger(open, async (ledger) => {
        await batch(ledger, (tx) => tx.spool(['a', 'b', 'c', 'd']));
        const [a, b, c] = (await ledger.spool.peek(4)).map(({ id }) => id);
        await ledger.spool.settle([a!, c!], [{ id: b!, reason: 'field type conflict' }], NOW);
        expect((await ledger.spool.peek(9)).map(({ line }) => line)).toEqual(['d']);
        expect(await ledger.spool.deadLetters(9)).toEqual([{ line: 'b', reason: 'field type conflict', at: NOW }]);
        expect(await ledger.spool.size()).toMatchObject({ rows: 1, bytes: 1 });
        // Once more changes nothing: nothing is buried or counted twice.
        await ledger.spool.settle([a!, c!], [{ id: b!, reason: 'again' }], NOW);
        expect(await ledger.spool.counts()).toEqual({ dead: 1, parked: 0 });
        expect(await ledger.spool.size()).toMatchObject({ rows: 1, bytes: 1 });
      }));

    it('never gives an id twice, so a late settle takes nothing new away', () =>
      withLedger(open, async (ledger) => {
        await batch(ledger, (tx) => tx.spool(['a']));
        const [old] = await ledger.spool.peek(1);
        await ledger.spool.settle([old!.id], [], NOW);
        await batch(ledger, (tx) => tx.spool(['b']));
        await ledger.spool.settle([old!.id], [], NOW);
        expect((await ledger.spool.peek(1))[0]!.line).toBe('b');
      }));

    it('keeps the newest 100,000 dead letters', () =>
      withLedger(open, async (ledger) => {
        await batch(ledger, (tx) => tx.spool(Array.from({ length: 100_050 }, (_, i) => `${i}`)));
        const rejected = (await ledger.spool.peek(200_000)).map(({ id }) => ({ id, reason: 'bad' }));
        await ledger.spool.settle([], rejected, NOW);
        expect(await ledger.spool.counts()).toEqual({ dead: 100_000, parked: 0 });
        const letters = await ledger.spool.deadLetters(200_000);
        expect([letters.length, letters[0]!.line, letters.at(-1)!.line]).toEqual([100_000, '100049', '50']);
      }));

    it('settles thousands at once', () =>
      withLedger(open, async (ledger) => {
        await batch(ledger, (tx) => tx.spool(Array.from({ length: 3000 }, (_, i) => `line ${i}`)));
        const rows = await ledger.spool.peek(5000);
        const rejected = rows.filter(({ id }) => id % 7 === 0).map(({ id }) => ({ id, reason: 'bad' }));
        const stored = rows.filter(({ id }) => id % 7 !== 0).map(({ id }) => id);
        await ledger.spool.settle(stored, rejected, NOW);
        expect(await ledger.spool.size()).toEqual({ rows: 0, bytes: 0, oldest: null });
        expect((await ledger.spool.counts()).dead).toBe(rejected.length);
      }));
  });

  describe('usage', () => {
    it('keeps unseen minutes beside the others, also of a day that has nothing else', () =>
      withLedger(open, async (ledger) => {
        const [one] = await plantDevices(ledger, (await plantUnits(ledger)).R1, 1);
        const { device } = one!;
        const unseen = (day: string, ...set: number[]) => ({ device, day, unseen: minutes(...set) });
        await batch(ledger, (tx) => tx.orUse([use(device, '2026-11-21', { on: [1] }), use(device, '2026-11-23', { on: [9] })]));
        await batch(ledger, (tx) => tx.orUnseen([unseen('2026-11-21', 2, 3), unseen('2026-11-22', 1439)]));
        await batch(ledger, (tx) => tx.orUnseen([unseen('2026-11-21', 3, 4)]));
        const found = await ledger.usage.days(device, '2026-11-21', '2026-11-23');
        expect(found.map((each) => [each.day, minutesOf(each.on), each.unseen && minutesOf(each.unseen)])).toEqual([
          ['2026-11-21', [1], [2, 3, 4]],
          ['2026-11-22', [], [1439]],
          ['2026-11-23', [9], undefined],
        ]);
        await expect(batch(ledger, (tx) => tx.orUnseen([{ device, day: '2026-11-21', unseen: new Uint8Array(3) }]))).rejects.toThrow(
          RangeError,
        );
      }));

    it('gives the days that hold anything, in order', () =>
      withLedger(open, async (ledger) => {
        const [one, two] = await plantDevices(ledger, (await plantUnits(ledger)).R1, 2);
        const days = ['2026-11-22', '2026-11-19', '2026-11-21'];
        await batch(ledger, (tx) => tx.orUse(days.map((day) => use(one!.device, day, { on: [1] }))));
        await batch(ledger, (tx) => tx.orUse([use(two!.device, '2026-11-20', { on: [2] })]));
        const found = await ledger.usage.days(one!.device, '2026-11-20', '2026-11-22');
        expect(found.map(({ day }) => day)).toEqual(['2026-11-21', '2026-11-22']);
        expect(found[0]!.on).toHaveLength(180);
        expect(await ledger.usage.days(one!.device, '2026-12-01', '2026-12-31')).toEqual([]);
      }));
  });
}
