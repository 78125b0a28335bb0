import { readdirSync } from 'node:fs';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openLedger, type Ledger } from '../ledger/index.ts';
import { ensureLocalSchool, provisioningCommands, provisioningErrors } from './main.ts';

async function withLedger(work: (ledger: Ledger) => Promise<void>): Promise<void> {
  const home = mkdtempSync(join(tmpdir(), 'labwatch-local-'));
  const ledger = await openLedger(home);
  try {
    await work(ledger);
  } finally {
    await ledger.close();
    rmSync(home, { recursive: true, force: true });
  }
}

describe('the commands', () => {
  it('are one for each folder', () => {
    const folders = readdirSync(import.meta.dirname, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    expect(provisioningCommands.map(({ name }) => name).toSorted()).toEqual(folders.map(({ name }) => name).toSorted());
  });

  it('explain themselves in both languages, within 200 columns', () => {
    for (const command of provisioningCommands) {
      for (const language of ['en', 'vi'] as const) {
        expect(command.help(language)).toContain(`labwatch ${command.name}`);
        expect(command.summary[language]).not.toBe('');
      }
      expect(command.help('vi')).not.toBe(command.help('en'));
    }
  });

  it('have errors with everything a person needs', () => {
    for (const [code, entry] of Object.entries(provisioningErrors)) {
      expect(code).toMatch(/^[A-Z]+(_[A-Z0-9]+)+$/);
      for (const text of [entry.en, entry.vi, entry.hint.en, entry.hint.vi]) expect(text.length).toBeGreaterThan(5);
      const names = (text: string): string[] => [...new Set(text.match(/\{\w+\}/g))].toSorted();
      expect(names(entry.en + entry.hint.en)).toEqual(expect.arrayContaining(names(entry.vi)));
    }
  });
});

describe('the first look at a fresh machine', () => {
  it('makes a school with a room, once', () =>
    withLedger(async (ledger) => {
      const { unit } = await ensureLocalSchool(ledger);
      expect(await ensureLocalSchool(ledger)).toEqual({ unit });
      const place = await ledger.units.byId(unit);
      expect(place!.path.map(({ name }) => name)).toEqual(['Trường thử nghiệm', 'Phòng máy 1']);
      expect(await ledger.units.list()).toHaveLength(2);
    }));

  it('adds nothing to a tree that is there', () =>
    withLedger(async (ledger) => {
      await ledger.units.import([
        { code: 'T', kind: 'school', name: 'Trường A', parentCode: null, zone: null },
        { code: 'P', kind: 'room', name: 'Phòng 1', parentCode: 'T', zone: null },
      ]);
      const { unit } = await ensureLocalSchool(ledger);
      expect((await ledger.units.byId(unit))!.code).toBe('P');
      expect(await ledger.units.list()).toHaveLength(2);
    }));

  it('takes what there is when there is no room', () =>
    withLedger(async (ledger) => {
      await ledger.units.import([{ code: 'T', kind: 'school', name: 'Trường A', parentCode: null, zone: null }]);
      const { unit } = await ensureLocalSchool(ledger);
      expect((await ledger.units.byId(unit))!.code).toBe('T');
    }));
});
