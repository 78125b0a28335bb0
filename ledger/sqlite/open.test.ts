import { mkdtempSync, rmSync, statSync, writeFileSync, chmodSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { batch, plantDevices, plantUnits, refused, streamId, use } from '../contract/fixtures.ts';
import { openLedger, type Ledger } from '../index.ts';

describe('opening a ledger on SQLite', () => {
  let home: string;
  const opened: Ledger[] = [];
  const open = async (...args: Parameters<typeof openLedger>): Promise<Ledger> => {
    const ledger = await openLedger(...args);
    opened.push(ledger);
    return ledger;
  };
  const path = (): string => join(home, 'ledger.db');

  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'labwatch-open-'));
  });
  afterEach(async () => {
    for (const ledger of opened.splice(0)) await ledger.close();
    rmSync(home, { recursive: true, force: true });
  });

  it('makes the folder and files that nobody else can read', async () => {
    const ledger = await open(join(home, 'a', 'b'));
    await plantUnits(ledger);
    for (const name of ['ledger.db', 'ledger.db-wal', 'ledger.db-shm']) {
      expect(statSync(join(home, 'a', 'b', name)).mode & 0o777).toBe(0o600);
    }
  });

  it('takes the rights of others away from a file that was too open', async () => {
    await (await open(home)).close();
    chmodSync(path(), 0o644);
    await open(home);
    expect(statSync(path()).mode & 0o777).toBe(0o600);
  });

  it('writes through to the disk: WAL, FULL, foreign keys', async () => {
    const ledger = await open(home);
    await expect(
      batch(ledger, (tx) => tx.saveStreams([{ device: 'x'.repeat(26), stream: streamId(1), contiguous: 1, ahead: [] }])),
    ).rejects.toThrow('FOREIGN KEY');
    const other = new DatabaseSync(path());
    expect(other.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'wal' });
    other.close();
  });

  it('finds everything again', async () => {
    const first = await open(home);
    const { R1 } = await plantUnits(first);
    const [one] = await plantDevices(first, R1, 1);
    await first.close();
    const second = await open(home);
    expect(await second.credentials.checkSecret(one!.device, one!.secret)).toBe('ok');
    expect(await second.units.list()).toHaveLength(5);
  });

  it('may be opened by several at once while it is still empty', async () => {
    const ledgers = await Promise.all(Array.from({ length: 4 }, () => open(home)));
    await plantUnits(ledgers[0]!);
    expect(await ledgers[3]!.units.list()).toHaveLength(5);
  });

  it('leaves a ledger of a newer labwatch alone', async () => {
    await (await open(home)).close();
    const raw = new DatabaseSync(path());
    raw.exec("INSERT INTO kysely_migration (name, timestamp) VALUES ('9999-from-the-future', '2030-01-01T00:00:00Z')");
    raw.close();
    const error = await refused(openLedger(home), 'LEDGER_NEWER');
    expect(error.exit).toBe(78);
    expect(error.details['name']).toBe('9999-from-the-future');
  });

  it('says so when the file is something else', async () => {
    writeFileSync(path(), 'This is not a database. '.repeat(300));
    const error = await refused(openLedger(home), 'LEDGER_NOT_A_LEDGER');
    expect(error.details['path']).toBe(path());
  });

  it('says so when the file cannot be opened', async () => {
    mkdirSync(path());
    const error = await refused(openLedger(home), 'LEDGER_CANNOT_OPEN');
    expect(error.exit).toBe(73);
  });

  it('says so when another program holds it too long, and goes on afterwards', async () => {
    const ledger = await open(home, { busyMs: 300 });
    const { P } = await plantUnits(ledger);
    const raw = new DatabaseSync(path());
    raw.exec('BEGIN IMMEDIATE');
    // The event loop stays free meanwhile.
    let ticks = 0;
    const timer = setInterval(() => ticks++, 5);
    await refused(
      batch(ledger, (tx) => tx.spool(['x'])),
      'LEDGER_BUSY',
    );
    await refused(ledger.audit.write({ at: 1, who: 'a', what: 'b', subject: 'c' }), 'LEDGER_BUSY');
    clearInterval(timer);
    expect(ticks).toBeGreaterThan(2);
    // Reading goes on: WAL.
    expect(await ledger.units.byId(P)).toBeDefined();
    raw.exec('COMMIT');
    raw.close();
    await batch(ledger, (tx) => tx.spool(['x']));
    expect((await ledger.spool.size()).rows).toBe(1);
  });

  it('refuses every write when it is read-only, and still reads', async () => {
    const first = await open(home);
    const { R1 } = await plantUnits(first);
    await first.close();
    const ledger = await open(home, { readOnly: true });
    await refused(
      batch(ledger, (tx) => tx.spool(['x'])),
      'LEDGER_READ_ONLY',
    );
    await refused(
      plantUnits(ledger).then(() => plantDevices(ledger, R1, 1)),
      'LEDGER_READ_ONLY',
    );
    expect(await ledger.units.list()).toHaveLength(5);
  });

  it('rejects a batch as a whole when the disk is full, and goes on when there is room again', async () => {
    const first = await open(home);
    const { R1 } = await plantUnits(first);
    const ids = (await plantDevices(first, R1, 3)).map(({ device }) => device);
    const day = '2026-11-21';
    await batch(first, (tx) => tx.orUse([use(ids[0]!, day, { on: [1] })]));
    await first.close();
    const pages = statSync(path()).size / 4096;
    const full = await open(home, { maxPages: pages + 6 });
    const big = Array.from({ length: 200 }, (_, i) => `line ${i} ${'x'.repeat(900)}`);
    await refused(
      batch(full, async (tx) => {
        await tx.orUse([use(ids[0]!, day, { on: [2] })]);
        await tx.spool(big);
      }),
      'LEDGER_DISK_FULL',
    );
    expect(await full.spool.size()).toEqual({ rows: 0, bytes: 0, oldest: null });
    expect((await full.usage.days(ids[0]!, day, day))[0]!.on[0]).toBe(0b0100_0000);
    // What is small still fits: the ledger is not broken.
    await batch(full, (tx) => tx.spool(['small']));
    await refused(
      full.units.import(
        Array.from({ length: 2000 }, (_, i) => ({
          code: `U${i}`,
          kind: 'seat' as const,
          name: 'x'.repeat(150),
          parentCode: null,
          zone: null,
        })),
      ),
      'LEDGER_DISK_FULL',
    );
    expect(await full.units.list()).toHaveLength(5);
    await full.close();
    const roomy = await open(home);
    await batch(roomy, (tx) => tx.spool(big));
    expect((await roomy.spool.size()).rows).toBe(201);
  });

  it('writes a tree of the whole country in one piece', async () => {
    const ledger = await open(home);
    const rows = Array.from({ length: 3321 }, (_, c) => [
      ...Array.from({ length: 14 }, (_s, s) => ({
        code: `C${c}-${s}`,
        kind: 'school' as const,
        name: `Trường ${s}`,
        parentCode: `C${c}`,
        zone: null,
      })),
      { code: `C${c}`, kind: 'commune' as const, name: `Xã ${c}`, parentCode: `P${c % 34}`, zone: null },
    ]).flat();
    const provinces = Array.from({ length: 34 }, (_, p) => ({
      code: `P${p}`,
      kind: 'province' as const,
      name: `Tỉnh ${p}`,
      parentCode: null,
      zone: null,
    }));
    expect(await ledger.units.import([...rows, ...provinces])).toEqual({ added: 3321 * 15 + 34, changed: 0 });
    const places = await ledger.units.list();
    expect(places).toHaveLength(3321 * 15 + 34);
    expect((await ledger.units.byCode('C3320-13'))!.path).toHaveLength(3);
  });
});
