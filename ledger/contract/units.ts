import { describe, expect, it } from 'vitest';
import { plantUnits, refused, unit, withLedger, type Open } from './fixtures.ts';

/** The tree of units: order, change, inheritance, refusal as a whole. */
export function unitsContract(open: Open): void {
  describe('units', () => {
    it('takes rows in any order and gives places from the root down', () =>
      withLedger(open, async ({ units }) => {
        const rows = [
          unit('R', 'room', 'S', { name: 'Phòng máy 1' }),
          unit('P', 'province', null, { name: 'Tỉnh A' }),
          unit('S', 'school', 'C', { name: 'Trường B', zone: 'Asia/Bangkok' }),
          unit('C', 'commune', 'P', { name: 'Xã C' }),
        ];
        expect(await units.import(rows)).toEqual({ added: 4, changed: 0 });
        const place = await units.byCode('R');
        expect(place).toMatchObject({ code: 'R', kind: 'room', name: 'Phòng máy 1', zone: null, effectiveZone: 'Asia/Bangkok' });
        expect(place!.path.map(({ code, kind, name }) => [code, kind, name])).toEqual([
          ['P', 'province', 'Tỉnh A'],
          ['C', 'commune', 'Xã C'],
          ['S', 'school', 'Trường B'],
          ['R', 'room', 'Phòng máy 1'],
        ]);
        expect(place!.path.at(-1)!.id).toBe(place!.id);
        expect(place!.parent).toBe((await units.byCode('S'))!.id);
        expect(await units.byId(place!.id)).toEqual(place);
        expect((await units.byCode('C'))!.effectiveZone).toBe('Asia/Ho_Chi_Minh');
        expect(await units.byCode('nobody')).toBeUndefined();
        expect(await units.byId('x'.repeat(26))).toBeUndefined();
      }));

    it('lists parents before children and counts numbers in names', () =>
      withLedger(open, async ({ units }) => {
        await units.import([
          unit('P10', 'room', 'S', { name: 'Phòng 10' }),
          unit('P2', 'room', 'S', { name: 'Phòng 2' }),
          unit('S', 'school', null),
          unit('P2-1', 'seat', 'P2'),
        ]);
        const list = await units.list();
        expect(list.map(({ code }) => code)).toEqual(['S', 'P2', 'P2-1', 'P10']);
        for (const place of list) expect(place).toEqual(await units.byId(place.id));
      }));

    it('changes by code, keeps ids, moves whole branches', () =>
      withLedger(open, async (ledger) => {
        const before = await plantUnits(ledger);
        const rows = [unit('S2', 'school', 'P'), unit('R1', 'room', 'S2', { name: 'Đổi tên' }), unit('R2', 'room', 'S')];
        expect(await ledger.units.import(rows)).toEqual({ added: 1, changed: 1 });
        const seat = await ledger.units.byCode('R1-01');
        expect(seat!.id).toBe(before['R1-01']);
        expect(seat!.path.map(({ name }) => name)).toEqual(['Name of P', 'Name of S2', 'Đổi tên', 'Name of R1-01']);
        expect(await ledger.units.import(rows)).toEqual({ added: 0, changed: 0 });
      }));

    it('is as deep as people make it', () =>
      withLedger(open, async ({ units }) => {
        const rows = Array.from({ length: 300 }, (_, i) => unit(`D${i}`, 'site', i === 0 ? null : `D${i - 1}`));
        await units.import(rows.toReversed());
        expect((await units.byCode('D299'))!.path).toHaveLength(300);
      }));

    it('takes composed and decomposed letters for the same code', () =>
      withLedger(open, async ({ units }) => {
        await units.import([unit('Phòng'.normalize('NFD'), 'room', null)]);
        expect(await units.import([unit('Phòng'.normalize('NFC'), 'room', null)])).toMatchObject({ added: 0 });
        expect(await units.byCode('Phòng'.normalize('NFD'))).toBeDefined();
      }));

    const bad: [string, string, number, Parameters<typeof unit>[]][] = [
      [
        'an unknown parent',
        'UNIT_UNKNOWN_PARENT',
        2,
        [
          ['A', 'school', null],
          ['B', 'room', 'Z'],
        ],
      ],
      [
        'a loop',
        'UNIT_CYCLE',
        2,
        [
          ['A', 'school', null],
          ['B', 'room', 'C'],
          ['C', 'room', 'B'],
        ],
      ],
      ['its own parent', 'UNIT_CYCLE', 1, [['A', 'school', 'A']]],
      ['a loop through what is there already', 'UNIT_CYCLE', 1, [['P', 'province', 'R1-01']]],
      [
        'a code twice',
        'UNIT_DUPLICATE_CODE',
        3,
        [
          ['A', 'school', null],
          ['B', 'room', 'A'],
          ['A', 'school', null],
        ],
      ],
      ['an unknown kind', 'UNIT_BAD_KIND', 1, [['A', 'planet' as 'room', null]]],
      ['an unknown zone', 'UNIT_BAD_ZONE', 1, [['A', 'room', null, { zone: 'Asia/Saigonn' }]]],
      ['an offset for a zone', 'UNIT_BAD_ZONE', 1, [['A', 'room', null, { zone: '+07:00' }]]],
      ['an empty code', 'UNIT_BAD_CODE', 1, [['', 'room', null]]],
      ['a code with a line break', 'UNIT_BAD_CODE', 1, [['A\nB', 'room', null]]],
      ['an empty name', 'UNIT_BAD_NAME', 1, [['A', 'room', null, { name: ' ' }]]],
    ];
    it.each(bad)('refuses %s, names the row and changes nothing', (_what, code, row, rows) =>
      withLedger(open, async (ledger) => {
        await plantUnits(ledger);
        const before = await ledger.units.list();
        const good = unit('GOOD', 'school', null);
        const error = await refused(ledger.units.import([...rows.map((args) => unit(...args)), good]), code);
        expect(error.details['row']).toBe(row);
        expect(await ledger.units.list()).toEqual(before);
      }),
    );

    it('tells how far it is', () =>
      withLedger(open, async ({ units }) => {
        const told: [number, number][] = [];
        const rows = Array.from({ length: 1200 }, (_, i) => unit(`U${i}`, 'seat', null));
        await units.import(rows, (done, all) => told.push([done, all]));
        expect(told.at(-1)).toEqual([1200, 1200]);
        expect(told.length).toBeGreaterThan(1);
      }));
  });
}
