import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Desk } from '../testing.ts';
import { unitCommand } from './command.ts';

const ENGLISH = 'code,kind,name,parent,zone\n';

describe('labwatch unit', () => {
  let desk: Desk;
  beforeEach(() => {
    desk = new Desk(unitCommand);
  });
  afterEach(() => desk.clear());

  const importing = (content: string | Uint8Array) => desk.run('import', desk.file('units.csv', content));
  const codes = () => desk.ledger(async (ledger) => (await ledger.units.list()).map(({ code }) => code));

  it('imports what Excel in Vietnam writes: a byte order mark, semicolons, CRLF, Vietnamese words, any order', async () => {
    const said = await importing(
      '\uFEFFTên;Mã;Thuộc;Loại;Múi giờ;Ghi chú\r\n' +
        '"Phòng máy ""1""";P1;T1;Phòng máy;;cũ\r\n' +
        'Máy 01;P1-01;P1;máy;;\r\n' +
        'Điểm trường bản Nậm;D1;T1;điểm trường;;\r\n' +
        ';;;;;\r\n' +
        'Trường A;T1;X1;TRƯỜNG;;\r\n' +
        'Xã C;X1;S1;xã;;\r\n' +
        'Sở GD&ĐT;S1;79;Sở;;\r\n' +
        'Tỉnh B;79;;Tỉnh;Asia/Bangkok;\r\n',
    );
    expect(said).toMatchObject({ code: 0, out: '7 units added, 0 changed, 0 unchanged.', notes: 'Columns not used: Ghi chú.' });
    const room = await desk.ledger((ledger) => ledger.units.byCode('P1'));
    expect(room).toMatchObject({ kind: 'room', name: 'Phòng máy "1"', effectiveZone: 'Asia/Bangkok' });
    expect(room!.path.map(({ kind }) => kind)).toEqual(['province', 'department', 'commune', 'school', 'room']);
    expect(await desk.ledger((ledger) => ledger.units.byCode('P1-01'))).toMatchObject({ kind: 'seat' });
    expect(await desk.ledger((ledger) => ledger.units.byCode('D1'))).toMatchObject({ kind: 'site' });
  });

  it('imports commas and tabs and English words, with short lines', async () => {
    expect((await importing(`${ENGLISH}A,school,School A\nB,room,"Room, large",A\n`)).code).toBe(0);
    expect((await importing('code\tkind\tname\tparent\nC\troom\tRoom C\tA\n')).code).toBe(0);
    expect(await codes()).toEqual(['A', 'C', 'B']);
  });

  it('says what an import came to, also in JSON and Vietnamese, and writes it into the audit log', async () => {
    await importing(`${ENGLISH}A,school,One,,\nB,room,Two,A,\n`);
    const path = desk.file('again.csv', `${ENGLISH}A,school,One,,\nB,room,Zwei,A,\nC,room,Three,A,\n`);
    expect(JSON.parse((await desk.run('import', path, '--json')).out)).toEqual({ added: 1, changed: 1, unchanged: 1, ignored: [] });
    desk.language = 'vi';
    expect((await desk.run('import', path)).out).toBe('Đã thêm 0, sửa 0, giữ nguyên 3 đơn vị.');
    const entries = await desk.ledger((ledger) => ledger.audit.list(9));
    expect(entries.map(({ what, subject }) => `${what} ${subject}`)).toEqual([
      'units-imported +0 ~0',
      'units-imported +1 ~1',
      'units-imported +2 ~0',
    ]);
  });

  const mistakes: [string, string | Uint8Array, string, Record<string, unknown>][] = [
    ['an unknown parent', `${ENGLISH}A,school,A,,\n\nB,room,B,Z,\n`, 'CSV_PARENT', { line: 4, column: 'parent', code: 'B', parent: 'Z' }],
    ['a loop', `${ENGLISH}A,school,A,B,\nB,room,B,A,\n`, 'CSV_CYCLE', { line: 2, column: 'parent' }],
    ['an unknown kind', 'Mã;Loại;Tên;Thuộc\nA;lâu đài;A;\n', 'CSV_KIND', { line: 2, column: 'Loại', kind: 'lâu đài' }],
    ['no kind', `${ENGLISH}A,,A,,\n`, 'CSV_KIND', { line: 2, column: 'kind', kind: '' }],
    ['a code twice', `${ENGLISH}A,school,A,,\nB,room,B,A,\nA,room,C,B,\n`, 'CSV_DUPLICATE', { line: 4, column: 'code', earlier: 2 }],
    ['no code', `${ENGLISH},school,A,,\n`, 'CSV_CODE', { line: 2, column: 'code' }],
    ['no name', `${ENGLISH}A,school,,,\n`, 'CSV_NAME', { line: 2, column: 'name' }],
    ['an unknown zone', `${ENGLISH}A,school,A,,Asia/Hanoii\n`, 'CSV_ZONE', { line: 2, column: 'zone', zone: 'Asia/Hanoii' }],
    ['a missing column', 'code,name,parent\nA,A,\n', 'CSV_COLUMN_MISSING', { column: 'kind' }],
    ['a column twice', 'code,kind,name,parent,mã\nA,school,A,,B\n', 'CSV_COLUMN_TWICE', { column: 'code' }],
    ['a quote that does not end', `${ENGLISH}A,school,"A,,\nB,room,B,A,\n`, 'CSV_BROKEN', {}],
    ['a quote in the middle', `${ENGLISH}A,school,A,,\nB,room,B"b",A,\n`, 'CSV_BROKEN', { line: 3 }],
    ['too many cells', `${ENGLISH}A,school,A,,,,,\n`, 'CSV_BROKEN', { line: 2 }],
    ['nothing at all', '', 'CSV_EMPTY', {}],
    ['a header alone', ENGLISH, 'CSV_EMPTY', {}],
    ['Windows-1258 instead of UTF-8', Buffer.from(`${ENGLISH}A,school,Tr\xFDng,,\n`, 'latin1'), 'CSV_NOT_UTF8', {}],
    ['UTF-16 (Excel: Unicode text)', Buffer.from(`\uFEFF${ENGLISH}A,school,A,,\n`, 'utf16le'), 'CSV_NOT_UTF8', {}],
  ];
  it.each(mistakes)('refuses %s in one line and imports nothing', async (_what, content, code, details) => {
    await desk.plant();
    const said = await importing(content);
    expect(said.error?.code).toBe(code);
    expect(said.error!.details).toMatchObject(details);
    expect(said.error!.line()).not.toContain('\n');
    expect(said.error!.vi).not.toMatch(/\{\w+\}/);
    expect(said.error!.line()).not.toMatch(/\{\w+\}/);
    expect(await codes()).toEqual(['T1', 'P1']);
  });

  it('refuses a file that is not there', async () => {
    expect((await desk.run('import', join(desk.home, 'nowhere.csv'))).error).toMatchObject({ code: 'CSV_UNREADABLE', exit: 66 });
    expect((await desk.run('import')).error).toMatchObject({ code: 'COMMAND_WORDS', exit: 64 });
  });

  it('takes a file of 50,000 units, telling a person how far it is', async () => {
    const lines = Array.from({ length: 3321 }, (_, c) => [
      ...Array.from({ length: 14 }, (_s, s) => `C${c}-${s},school,Trường ${s},C${c},`),
      `C${c},commune,Xã ${c},P${c % 34},`,
    ]).flat();
    const provinces = Array.from({ length: 34 }, (_, p) => `P${p},province,Tỉnh ${p},,`);
    desk.interactive = true;
    const said = await importing(`${ENGLISH}${[...lines, ...provinces].join('\n')}`);
    expect(said.out).toBe('49849 units added, 0 changed, 0 unchanged.');
    expect(await codes()).toHaveLength(49_849);
  });

  it('lists a tree, all of it or one branch, or JSON', async () => {
    await importing(`${ENGLISH}T,school,Trường A,,Asia/Bangkok\nP10,room,Phòng 10,T,\nP2,room,Phòng 2,T,\nP2-1,seat,Máy 01,P2,\n`);
    desk.language = 'vi';
    expect((await desk.run('list')).out).toBe(
      ['Trường A  [T]  trường  Asia/Bangkok', '├─ Phòng 2  [P2]  phòng', '│  └─ Máy 01  [P2-1]  chỗ', '└─ Phòng 10  [P10]  phòng'].join(
        '\n',
      ),
    );
    expect((await desk.run('list', '--unit', 'P2')).out).toBe('Phòng 2  [P2]  phòng\n└─ Máy 01  [P2-1]  chỗ');
    expect(JSON.parse((await desk.run('list', '--unit', 'P2', '--json')).out)).toEqual([
      { code: 'P2', kind: 'room', name: 'Phòng 2', parent: 'T', zone: 'Asia/Bangkok' },
      { code: 'P2-1', kind: 'seat', name: 'Máy 01', parent: 'P2', zone: 'Asia/Bangkok' },
    ]);
    expect((await desk.run('list', '--unit', 'P9')).error?.code).toBe('UNIT_NOT_FOUND');
  });

  it('says what to do when there are no units', async () => {
    const said = await desk.run('list');
    expect(said).toMatchObject({ code: 0, out: '' });
    expect(said.notes).toContain('labwatch unit template');
    expect((await desk.run('list', '--json')).out).toBe('[]');
  });

  it.each(['en', 'vi'] as const)('prints a template that imports as it is once the example is uncommented (%s)', async (language) => {
    desk.language = language;
    const template = (await desk.run('template')).out;
    expect(existsSync(join(desk.home, 'ledger.db'))).toBe(false);
    // As it is, it holds nothing: the example is not taken for real.
    expect((await importing(template)).error?.code).toBe('CSV_EMPTY');
    const filled = template
      .split('\n')
      .filter((_line, i) => i !== 1)
      .join('\n')
      .replaceAll(/^# /gm, '');
    expect((await importing(filled)).code).toBe(0);
    expect(await codes()).toEqual(['79', '79-27007', 'THCS-TN', 'THCS-TN-P1', 'THCS-TN-P1-01']);
  });
});
