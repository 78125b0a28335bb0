import { describe, expect, it } from 'vitest';
import { batch, NOW, plantDevices, plantUnits, withLedger, type Open } from './fixtures.ts';

/** Devices, where they stand and what they said last. */
export function devicesContract(open: Open): void {
  describe('devices', () => {
    it('gives a device with its place', () =>
      withLedger(open, async (ledger) => {
        const units = await plantUnits(ledger);
        const [one] = await plantDevices(ledger, units.R1, 1);
        expect(await ledger.devices.byId(one!.device)).toMatchObject({
          id: one!.device,
          class: 'pc-student',
          name: 'Máy 1',
          unit: units.R1,
          enrolledAt: NOW,
          revokedAt: null,
          fingerprint: { board: 'BOARD-1', disks: ['DISK-1'] },
        });
        expect(await ledger.devices.byId('x'.repeat(26))).toBeUndefined();
        expect(await ledger.devices.count()).toBe(1);
      }));

    it('lists by unit and everything under it, by text, in pages', () =>
      withLedger(open, async (ledger) => {
        const units = await plantUnits(ledger);
        const inSeat = await plantDevices(ledger, units['R1-01'], 3);
        const { text } = await (async () => {
          const made = await ledger.credentials.createToken({ unit: units.R2, class: 'tv', expiresAt: NOW + 1, maxUses: 9, at: NOW - 1 });
          return made;
        })();
        await ledger.credentials.enrol({ token: text, fingerprint: { macs: [], disks: [] }, name: 'Ti vi 100% Đông_A', at: NOW });
        const list = (filter: Partial<Parameters<typeof ledger.devices.list>[0]>) => ledger.devices.list({ limit: 100, ...filter });
        expect(await list({})).toHaveLength(4);
        expect(await list({ unit: units.P })).toHaveLength(4);
        expect((await list({ unit: units.R1 })).map(({ id }) => id)).toEqual(inSeat.map(({ device }) => device).toSorted());
        expect(await list({ unit: units.R2 })).toHaveLength(1);
        // Without marks and capitals; % and _ are letters like any other.
        expect(await list({ text: 'may' })).toHaveLength(3);
        expect(await list({ text: 'MÁY 2' })).toHaveLength(1);
        expect(await list({ text: '100%' })).toHaveLength(1);
        expect(await list({ text: 'dong_a' })).toHaveLength(1);
        expect(await list({ text: 'dong%a' })).toHaveLength(0);
        expect(await list({ text: '_' })).toHaveLength(1);
        expect((await list({ text: inSeat[0]!.device.slice(3, 20) })).map(({ id }) => id)).toEqual([inSeat[0]!.device]);
        const [first, second] = await list({ limit: 2 });
        expect((await list({ after: second!.id })).every(({ id }) => id > second!.id)).toBe(true);
        expect(await list({ after: first!.id })).toHaveLength(3);
      }));

    it('has a state of nulls for a device that was never heard, and none for an unknown one', () =>
      withLedger(open, async (ledger) => {
        const [one] = await plantDevices(ledger, (await plantUnits(ledger)).R1, 1);
        const states = await ledger.devices.states([one!.device, 'x'.repeat(26)]);
        expect([...states.keys()]).toEqual([one!.device]);
        const { device, ...rest } = states.get(one!.device)!;
        expect(device).toBe(one!.device);
        expect(Object.values(rest).every((value) => value === null)).toBe(true);
        expect(Object.keys(rest)).toHaveLength(20);
      }));

    it('revokes once, and what is revoked is no device for a batch', () =>
      withLedger(open, async (ledger) => {
        const [one, two] = await plantDevices(ledger, (await plantUnits(ledger)).R1, 2);
        expect(await ledger.devices.revoke(one!.device, NOW + 5)).toBe(true);
        expect(await ledger.devices.revoke(one!.device, NOW + 6)).toBe(false);
        expect(await ledger.devices.revoke('x'.repeat(26), NOW)).toBe(false);
        expect((await ledger.devices.byId(one!.device))!.revokedAt).toBe(NOW + 5);
        const known = await batch(ledger, (tx) => tx.devices([one!.device, two!.device]));
        expect([...known.keys()]).toEqual([two!.device]);
      }));
  });
}
