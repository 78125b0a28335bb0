import { describe, expect, it } from 'vitest';
import type { DeviceUpdate, Id } from '../records.ts';
import { HOUR, NOW, plantDevices, plantUnits, refused, withLedger, type Open } from './fixtures.ts';

const SHA = 'a'.repeat(64);
const release = (version: string) => ({ version, manifest: `{"version":"${version}"}`, signatures: ['sig'], at: NOW });

const asked = (device: Id, more: Partial<DeviceUpdate> = {}): DeviceUpdate => ({
  device,
  askedAt: NOW,
  version: '1.0.0',
  platform: 'linux-x64',
  have: null,
  near: null,
  offered: null,
  offers: 0,
  day: 0,
  offersToday: 0,
  returns: 0,
  frozenAt: null,
  failed: [],
  ...more,
});

/** Releases, steps, what devices said of their updates, holders and leases. */
export function releasesContract(open: Open): void {
  describe('releases', () => {
    it('are published once, listed by version, and offered to nobody at first', () =>
      withLedger(open, async ({ releases }) => {
        for (const version of ['1.9.0', '1.10.0', '1.10.0-rc.1']) await releases.publish(release(version));
        await refused(releases.publish(release('1.9.0')), 'RELEASE_EXISTS');
        const found = await releases.list();
        expect(found.map(({ version, state, steps }) => [version, state, steps])).toEqual([
          ['1.10.0', 'active', []],
          ['1.10.0-rc.1', 'active', []],
          ['1.9.0', 'active', []],
        ]);
        expect(found[2]).toMatchObject({ manifest: '{"version":"1.9.0"}', signatures: ['sig'], publishedAt: NOW });
      }));

    it('have one step for each unit and one for all, and can be paused', () =>
      withLedger(open, async (ledger) => {
        const { S } = await plantUnits(ledger);
        const { id } = await ledger.releases.publish(release('1.0.0'));
        await ledger.releases.setStep(id, { unit: null, percent: 10 }, NOW);
        await ledger.releases.setStep(id, { unit: S, percent: 50 }, NOW + 1);
        await ledger.releases.setStep(id, { unit: null, percent: 12.5 }, NOW + 2);
        await ledger.releases.setState(id, 'paused');
        const [found] = await ledger.releases.list();
        expect(found).toMatchObject({ state: 'paused' });
        expect(found!.steps).toEqual([
          { unit: S, percent: 50 },
          { unit: null, percent: 12.5 },
        ]);
      }));

    it('remember what a device said, until it is forgotten', () =>
      withLedger(open, async (ledger) => {
        const { R1 } = await plantUnits(ledger);
        const [one] = await plantDevices(ledger, R1, 1);
        expect(await ledger.releases.update(one!.device)).toBeUndefined();
        const update = asked(one!.device, { offered: '2.0.0', offers: 3, frozenAt: '1.0.0', failed: ['1.5.0'] });
        await ledger.releases.saveUpdate(asked(one!.device));
        await ledger.releases.saveUpdate(update);
        expect(await ledger.releases.update(one!.device)).toEqual(update);
        expect(await ledger.releases.updates()).toEqual([update]);
        expect(await ledger.releases.forgetUpdate(one!.device)).toBe(true);
        expect(await ledger.releases.forgetUpdate(one!.device)).toBe(false);
      }));

    it('find who has a file: in this school, lately, not off and not revoked', () =>
      withLedger(open, async (ledger) => {
        const { S, R1, R2 } = await plantUnits(ledger);
        const [a, b, c, d] = await plantDevices(ledger, R1, 4);
        const near = '192.168.1.2:40000';
        for (const { device } of [a!, b!, c!]) await ledger.releases.saveUpdate(asked(device, { have: SHA, near }));
        await ledger.releases.saveUpdate(asked(d!.device, { have: SHA, near, askedAt: NOW - 2 * HOUR }));
        await ledger.devices.revoke(b!.device, NOW);
        await ledger.intake.batch(async (tx) => {
          const state = (await tx.states([c!.device])).get(c!.device)!;
          await tx.saveStates([{ ...state, online: false }]);
        });
        const question = { unit: S, sha256: SHA, since: NOW - HOUR, limit: 9 };
        expect(await ledger.releases.holders(question)).toEqual([{ device: a!.device, near }]);
        expect(await ledger.releases.holders({ ...question, unit: R2 })).toEqual([]);
        expect(await ledger.releases.holders({ ...question, sha256: 'b'.repeat(64) })).toEqual([]);
      }));

    it('are leased to one device of a school at a time', () =>
      withLedger(open, async ({ releases }) => {
        const wanted = (school: Id, device: Id, at = NOW) => ({ school, sha256: SHA, device, at, until: at + HOUR, most: 2 });
        const wishes = await Promise.all(['d1', 'd2', 'd3'].map((device) => releases.lease(wanted('s1', device))));
        expect(wishes.filter(Boolean)).toHaveLength(1);
        const holder = ['d1', 'd2', 'd3'][wishes.indexOf(true)]!;
        expect(await releases.lease(wanted('s1', holder, NOW + 1))).toBe(true);
        expect(await releases.lease(wanted('s2', 'd9'))).toBe(true);
        expect(await releases.lease(wanted('s3', 'd8')), 'no more than two in all').toBe(false);
        await releases.endLease({ school: 's1', sha256: SHA, device: 'somebody else' });
        expect(await releases.lease(wanted('s1', 'other'))).toBe(false);
        await releases.endLease({ school: 's1', sha256: SHA, device: holder });
        expect(await releases.lease(wanted('s1', 'other'))).toBe(true);
        expect(await releases.lease(wanted('s1', 'late', NOW + HOUR)), 'a lease ends by itself').toBe(true);
      }));
  });
}
