import { describe, expect, it } from 'vitest';
import type { DeviceSettings } from '../../protocol/device-settings.ts';
import type { Ledger, Scope } from '../index.ts';
import type { Id } from '../records.ts';
import { batch, HOUR, NOW, plantDevices, plantUnits, refused, unit, withLedger, type Open } from './fixtures.ts';

const by = { at: NOW, who: 'Cô.Lan' };

/** What units and devices are set to, and what each device is given. */
export function settingsContract(open: Open): void {
  /** Two devices in R1, none elsewhere. */
  async function plant(ledger: Ledger): Promise<{ units: Awaited<ReturnType<typeof plantUnits>>; one: Id; two: Id }> {
    const units = await plantUnits(ledger);
    const [one, two] = await plantDevices(ledger, units.R1, 2);
    return { units, one: one!.device, two: two!.device };
  }
  const values = async (ledger: Ledger, scope: Scope): Promise<unknown> =>
    Object.fromEntries(Object.entries((await ledger.settings.effective(scope))!).map(([key, { value }]) => [key, value]));
  const confirm = (ledger: Ledger, device: Id, version: number, at = NOW): Promise<void> =>
    batch(ledger, (tx) => tx.confirmConfigs([{ device, version, at }]));

  describe('settings', () => {
    type Place = 'P' | 'S' | 'R1' | 'device';
    const table: [string, Partial<Record<Place, DeviceSettings>>, DeviceSettings][] = [
      ['nothing anywhere', {}, {}],
      ['the province alone', { P: { reportMinutes: 5 } }, { reportMinutes: 5 }],
      ['the school over the province', { P: { reportMinutes: 5 }, S: { reportMinutes: 2 } }, { reportMinutes: 2 }],
      ['the room over the school', { S: { replayRate: 5 }, R1: { replayRate: 50 } }, { replayRate: 50 }],
      ['the device over everything', { P: { replayRate: 1 }, R1: { replayRate: 2 }, device: { replayRate: 3 } }, { replayRate: 3 }],
      [
        'key by key',
        { P: { reportMinutes: 5, sampleSeconds: 30 }, S: { reportMinutes: 2, quietHours: ['07:00-11:30'] }, device: { replayRate: 9 } },
        { reportMinutes: 2, sampleSeconds: 30, replayRate: 9, quietHours: ['07:00-11:30'] },
      ],
      ['an empty list over a full one', { P: { allow: ['restart'] }, R1: { allow: [] } }, { allow: [] }],
      ['a list as a whole', { P: { allow: ['restart', 'shut_down'] }, S: { allow: ['restart'] } }, { allow: ['restart'] }],
    ];
    it.each(table)('are inherited: %s', (_what, set, expected) =>
      withLedger(open, async (ledger) => {
        const { units, one } = await plant(ledger);
        for (const [place, settings] of Object.entries(set)) {
          const scope = place === 'device' ? { device: one } : { unit: units[place as 'P'] };
          expect(await ledger.settings.save(scope, settings, by)).toBe(true);
          expect(await ledger.settings.own(scope)).toEqual(settings);
        }
        expect(await values(ledger, { device: one })).toEqual(expected);
        // What is asked for one by one and what is worked out for all are the same.
        await ledger.settings.issue(NOW, 'all');
        expect((await ledger.settings.issued(one)).settings).toEqual(expected);
      }),
    );

    it('say where they come from', () =>
      withLedger(open, async (ledger) => {
        const { units, one } = await plant(ledger);
        await ledger.settings.save({ unit: units.P }, { reportMinutes: 5, replayRate: 7 }, by);
        await ledger.settings.save({ device: one }, { replayRate: 8 }, by);
        expect(await ledger.settings.effective({ device: one })).toEqual({
          reportMinutes: { value: 5, from: { unit: units.P } },
          replayRate: { value: 8, from: { device: one } },
        });
        expect(await ledger.settings.effective({ unit: units.R2 })).toEqual({
          reportMinutes: { value: 5, from: { unit: units.P } },
          replayRate: { value: 7, from: { unit: units.P } },
        });
        expect(await ledger.settings.list()).toEqual([
          { scope: { device: one }, settings: { replayRate: 8 } },
          { scope: { unit: units.P }, settings: { reportMinutes: 5, replayRate: 7 } },
        ]);
      }));

    it('are refused with the key and nothing changes; a place that is not there is said', () =>
      withLedger(open, async (ledger) => {
        const { units } = await plant(ledger);
        const scope = { unit: units.R1 };
        await ledger.settings.save(scope, { reportMinutes: 3 }, by);
        const error = await refused(ledger.settings.save(scope, { replayRate: 5, reportMinutes: 9 }, by), 'SETTING_REFUSED');
        expect(error.details['key']).toBe('reportMinutes');
        expect(await ledger.settings.own(scope)).toEqual({ reportMinutes: 3 });
        const nowhere = 'a'.repeat(26);
        for (const away of [{ unit: nowhere }, { device: nowhere }]) {
          expect(await ledger.settings.save(away, {}, by)).toBe(false);
          expect(await ledger.settings.effective(away)).toBeUndefined();
        }
      }));

    it('change their mark, as the tree does, and are audited', () =>
      withLedger(open, async (ledger) => {
        const { units } = await plant(ledger);
        const marks = [await ledger.settings.mark()];
        await ledger.settings.save({ unit: units.R1 }, { reportMinutes: 3 }, by);
        marks.push(await ledger.settings.mark());
        await ledger.units.import([unit('R1', 'room', 'P')]);
        marks.push(await ledger.settings.mark());
        expect(new Set(marks).size).toBe(3);
        expect(await ledger.audit.list(1)).toEqual([{ ...by, what: 'settings-changed', subject: `unit ${units.R1} reportMinutes=3` }]);
      }));
  });

  describe('the configuration of a device', () => {
    it('gets a version when it differs, and none when it does not', () =>
      withLedger(open, async (ledger) => {
        const { units, one, two } = await plant(ledger);
        expect(await ledger.settings.issue(NOW, 'all')).toBe(0);
        expect(await ledger.settings.issued(one)).toEqual({ device: one, version: 0, settings: {}, confirmed: 0 });
        await ledger.settings.save({ unit: units.S }, { reportMinutes: 2 }, by);
        await ledger.settings.save({ device: two }, { reportMinutes: 2 }, by);
        expect(await ledger.settings.issue(NOW, 'all')).toBe(2);
        expect(await ledger.settings.issue(NOW + 1, 'all')).toBe(0);
        // Moved to where nothing is set: its own stays.
        await ledger.units.import([unit('R1', 'room', 'P')]);
        expect(await ledger.settings.issue(NOW + 2, 'all')).toBe(1);
        expect(await ledger.settings.issued(one)).toEqual({ device: one, version: NOW + 2, settings: {}, confirmed: 0 });
        expect(await ledger.settings.issued(two)).toEqual({ device: two, version: NOW, settings: { reportMinutes: 2 }, confirmed: 0 });
      }));

    it('has versions that grow when the clock is set back', () =>
      withLedger(open, async (ledger) => {
        const { one } = await plant(ledger);
        const versions: number[] = [];
        for (const [at, reportMinutes] of [
          [NOW, 1],
          [NOW - HOUR, 2],
          [NOW - 2 * HOUR, 3],
        ] as const) {
          await ledger.settings.save({ device: one }, { reportMinutes }, by);
          await ledger.settings.issue(at, 'all');
          versions.push((await ledger.settings.issued(one)).version);
        }
        expect(versions).toEqual([NOW, NOW + 1, NOW + 2]);
      }));

    it('is unconfirmed until the device says that it is in force', () =>
      withLedger(open, async (ledger) => {
        const { units, one, two } = await plant(ledger);
        await ledger.settings.save({ unit: units.P }, { replayRate: 5 }, by);
        await ledger.settings.issue(NOW, 'all');
        const ids = [one, two].toSorted();
        expect((await ledger.settings.unconfirmed('', 9)).map(({ device }) => device)).toEqual(ids);
        expect((await ledger.settings.unconfirmed(ids[0]!, 9)).map(({ device }) => device)).toEqual([ids[1]]);
        expect(await ledger.settings.unconfirmed('', 1)).toEqual([
          { device: ids[0], version: NOW, settings: { replayRate: 5 }, confirmed: 0, online: null, presenceAt: null },
        ]);
        await confirm(ledger, one, NOW);
        // Said before that, it came late.
        await confirm(ledger, one, 0, NOW - 1);
        expect(await ledger.settings.issue(NOW + 1, 'due')).toBe(0);
        expect((await ledger.settings.unconfirmed('', 9)).map(({ device }) => device)).toEqual([two]);
      }));

    it('of a restored ledger overtakes what the device had from the lost one', () =>
      withLedger(open, async (ledger) => {
        const { one, two } = await plant(ledger);
        await ledger.settings.save({ device: one }, { reportMinutes: 4 }, by);
        await ledger.settings.issue(NOW, 'all');
        // The lost ledger gave both of them later ones; its clock was even ahead of ours.
        await confirm(ledger, one, NOW + HOUR);
        await confirm(ledger, two, NOW + HOUR);
        expect(await ledger.settings.issue(NOW + 1, 'due')).toBe(2);
        expect(await ledger.settings.issued(one)).toMatchObject({ version: NOW + HOUR + 1, settings: { reportMinutes: 4 } });
        expect(await ledger.settings.issued(two)).toMatchObject({ version: NOW + HOUR + 1, settings: {} });
        expect(await ledger.settings.issue(NOW + 2, 'due')).toBe(0);
        await confirm(ledger, two, NOW + HOUR + 1);
        expect((await ledger.settings.unconfirmed('', 9)).map(({ device }) => device)).toEqual([one]);
      }));

    it('that a device refuses in part is on record, and not in force for that', () =>
      withLedger(open, async (ledger) => {
        const { one } = await plant(ledger);
        await batch(ledger, (tx) => tx.confirmConfigs([{ device: one, version: NOW, at: NOW, refused: 'quietHours' }]));
        expect(await ledger.settings.issued(one)).toMatchObject({ version: 0, confirmed: 0 });
        expect(await ledger.audit.list(1)).toEqual([{ at: NOW, who: 'device', what: 'setting-refused', subject: `${one} quietHours` }]);
      }));

    it('of a device that forgot everything stays as it is and is unconfirmed again', () =>
      withLedger(open, async (ledger) => {
        const { one } = await plant(ledger);
        await ledger.settings.save({ device: one }, { reportMinutes: 4 }, by);
        await ledger.settings.issue(NOW, 'all');
        await confirm(ledger, one, NOW);
        await confirm(ledger, one, 0);
        expect(await ledger.settings.issue(NOW + 1, 'due')).toBe(0);
        expect(await ledger.settings.unconfirmed('', 9)).toMatchObject([{ device: one, version: NOW, confirmed: 0 }]);
      }));

    it('is not worked out for a device that was revoked', () =>
      withLedger(open, async (ledger) => {
        const { units, one } = await plant(ledger);
        await ledger.devices.revoke(one, NOW);
        await ledger.settings.save({ unit: units.P }, { reportMinutes: 4 }, by);
        expect(await ledger.settings.issue(NOW, 'all')).toBe(1);
      }));
  });
}
