import { describe, expect, it } from 'vitest';
import { admitted, HOUR, machine, NOW, plantDevices, plantUnits, refused, token, unit, withLedger, type Open } from './fixtures.ts';
import type { Ledger } from '../owners.ts';
import type { Fingerprint } from '../records.ts';

const nobody = 'x'.repeat(26);

/** Tokens, enrolment and the secrets of devices. */
export function credentialsContract(open: Open): void {
  describe('tokens', () => {
    it('are shown once, listed without their secret, revoked once', () =>
      withLedger(open, async (ledger) => {
        const { R1 } = await plantUnits(ledger);
        const { id, text } = await token(ledger, R1, { maxUses: 3 });
        expect(text).toMatch(/^[a-z0-9]{26}\.[\w-]{43}$/);
        const [listed] = await ledger.credentials.tokens();
        expect(listed).toEqual({
          id,
          unit: R1,
          class: 'pc-student',
          createdAt: NOW,
          expiresAt: NOW + HOUR,
          maxUses: 3,
          uses: 0,
          revokedAt: null,
        });
        expect(JSON.stringify(listed)).not.toContain(text.split('.')[1]);
        expect(await ledger.credentials.revokeToken(id, NOW + 1)).toBe(true);
        expect(await ledger.credentials.revokeToken(id, NOW + 2)).toBe(false);
        expect(await ledger.credentials.revokeToken(nobody, NOW)).toBe(false);
        expect((await ledger.credentials.tokens())[0]!.revokedAt).toBe(NOW + 1);
      }));

    it('belong to a unit that exists', () =>
      withLedger(open, async (ledger) => {
        const error = await refused(token(ledger, nobody), 'UNIT_UNKNOWN');
        expect(error.details['id']).toBe(nobody);
      }));
  });

  describe('enrolment', () => {
    it('makes a device with a secret of 256 bits and counts the use', () =>
      withLedger(open, async (ledger) => {
        const { R1 } = await plantUnits(ledger);
        const { text } = await token(ledger, R1);
        const one = await ledger.credentials.enrol({ token: text, fingerprint: machine(1), name: 'Máy 01', at: NOW });
        const two = await ledger.credentials.enrol({ token: `  ${text}\n`, fingerprint: machine(2), name: 'Máy 02', at: NOW });
        expect(one.outcome).toBe('new');
        expect(two.outcome).toBe('new');
        expect(admitted(one).device).toMatch(/^[a-z0-9]{26}$/);
        expect(Buffer.from(admitted(one).secret, 'base64url')).toHaveLength(32);
        expect(admitted(one).device).not.toBe(admitted(two).device);
        expect((await ledger.credentials.tokens())[0]!.uses).toBe(2);
      }));

    it('knows a machine again: same id, new secret, nothing of the token used', () =>
      withLedger(open, async (ledger) => {
        const { R1 } = await plantUnits(ledger);
        const { text } = await token(ledger, R1, { maxUses: 1 });
        const enrol = (at: number) => ledger.credentials.enrol({ token: text, fingerprint: machine(1), name: 'Máy 01', at });
        const first = admitted(await enrol(NOW));
        const second = admitted(await enrol(NOW + 1));
        expect(second).toMatchObject({ outcome: 'known', device: first.device });
        expect(second.secret).not.toBe(first.secret);
        expect(await ledger.credentials.checkSecret(first.device, first.secret)).toBe('wrong-secret');
        expect(await ledger.credentials.checkSecret(first.device, second.secret)).toBe('ok');
        expect((await ledger.credentials.tokens())[0]!.uses).toBe(1);
        expect(await ledger.devices.count()).toBe(1);
        // It forgets everything at reboot and its image still carries the old token.
        expect(admitted(await enrol(NOW + 30 * 24 * HOUR)).device).toBe(first.device);
      }));

    const refusals: [
      string,
      string,
      (t: { text: string; id: string }) => { token?: string; at?: number; hardware?: number; revoke?: 'token' | 'device' },
    ][] = [
      ['a token nobody made', 'unknown-token', () => ({ token: `${nobody}.${'A'.repeat(43)}` })],
      ['a wrong secret', 'unknown-token', ({ id }) => ({ token: `${id}.${'A'.repeat(43)}` })],
      ['no secret at all', 'unknown-token', ({ id }) => ({ token: id })],
      ['the empty token', 'unknown-token', () => ({ token: '' })],
      ['an expired token', 'expired', () => ({ at: NOW + HOUR })],
      ['a token that is used up', 'used-up', () => ({ hardware: 3 })],
      ['a revoked token, new machine', 'token-revoked', () => ({ revoke: 'token', hardware: 3 })],
      ['a revoked token, known machine', 'token-revoked', () => ({ revoke: 'token', hardware: 1 })],
      ['a revoked device', 'device-revoked', () => ({ revoke: 'device', hardware: 1 })],
    ];
    it.each(refusals)('refuses %s and changes nothing', (_what, reason, make) =>
      withLedger(open, async (ledger) => {
        const { R1 } = await plantUnits(ledger);
        const made = await token(ledger, R1, { maxUses: 2 });
        const known = admitted(await ledger.credentials.enrol({ token: made.text, fingerprint: machine(1), name: 'a', at: NOW }));
        await ledger.credentials.enrol({ token: made.text, fingerprint: machine(2), name: 'b', at: NOW });
        const wanted = make(made);
        if (wanted.revoke === 'token') await ledger.credentials.revokeToken(made.id, NOW);
        if (wanted.revoke === 'device') await ledger.devices.revoke(known.device, NOW);
        const fingerprint = machine(wanted.hardware ?? 9);
        const request = { token: wanted.token ?? made.text, fingerprint, name: 'c', at: wanted.at ?? NOW };
        expect(await ledger.credentials.enrol(request)).toEqual({ outcome: 'refused', reason });
        expect(await ledger.devices.count()).toBe(2);
        expect((await ledger.credentials.tokens())[0]!.uses).toBe(2);
        const secret = await ledger.credentials.checkSecret(known.device, known.secret);
        expect(secret).toBe(wanted.revoke === 'device' ? 'revoked' : 'ok');
      }),
    );

    const identities: [string, Fingerprint, 'known' | 'new'][] = [
      ['the same hardware', machine(1), 'known'],
      ['another disk', machine(1, { disks: ['DISK-NEW'] }), 'known'],
      ['another network card', machine(1, { macs: ['00:1b:21:ff:ff:ff'] }), 'known'],
      ['another UUID after a BIOS update', machine(1, { uuid: 'ffff' }), 'known'],
      ['nothing but the UUID could be read', { uuid: machine(1).uuid!, macs: [], disks: [] }, 'known'],
      ['nothing but the MAC could be read', { macs: machine(1).macs, disks: [] }, 'known'],
      ['the MAC of another machine', machine(7, { macs: machine(1).macs }), 'new'],
      ['the UUID of another machine (a cheap batch)', machine(7, { uuid: machine(1).uuid! }), 'new'],
      ['the disk of another machine', machine(7, { disks: machine(1).disks }), 'new'],
      ['other hardware', machine(7), 'new'],
      ['nothing known of it', { macs: [], disks: [] }, 'new'],
      ['a MAC made up by software', { macs: ['02:42:ac:11:00:02'], disks: [] }, 'new'],
    ];
    it.each(identities)('%s', (_what, fingerprint, outcome) =>
      withLedger(open, async (ledger) => {
        const { R1 } = await plantUnits(ledger);
        const [first] = await plantDevices(ledger, R1, 1);
        const { text } = await token(ledger, R1);
        const again = admitted(await ledger.credentials.enrol({ token: text, fingerprint, name: 'x', at: NOW + 1 }));
        expect(again.outcome).toBe(outcome);
        expect(again.device === first!.device).toBe(outcome === 'known');
      }),
    );

    it('lets two machines with the same made-up MAC stay apart', () =>
      withLedger(open, async (ledger) => {
        const { text } = await token(ledger, (await plantUnits(ledger)).R1);
        const enrol = () =>
          ledger.credentials.enrol({ token: text, fingerprint: { macs: ['02:42:ac:11:00:02'], disks: [] }, name: 'x', at: NOW });
        expect(admitted(await enrol()).device).not.toBe(admitted(await enrol()).device);
      }));

    it('moves a machine that is installed anew with the token of another room, and keeps where it stood', () =>
      withLedger(open, async (ledger) => {
        const units = await plantUnits(ledger);
        const first = await token(ledger, units['R1-01']);
        const room = await token(ledger, units.R1);
        const other = await token(ledger, units.R2);
        const enrol = (text: string, name: string) => ledger.credentials.enrol({ token: text, fingerprint: machine(1), name, at: NOW });
        const { device } = admitted(await enrol(first.text, 'Máy 01'));
        // The seat is in the room already: it stays on its seat.
        await enrol(room.text, 'Máy 01');
        expect(await ledger.devices.byId(device)).toMatchObject({ unit: units['R1-01'] });
        await enrol(other.text, 'Máy 20');
        expect(await ledger.devices.byId(device)).toMatchObject({ unit: units.R2, name: 'Máy 20' });
        expect(await ledger.devices.list({ unit: units.R1, limit: 9 })).toEqual([]);
        expect(await ledger.devices.list({ text: 'may 20', limit: 9 })).toHaveLength(1);
      }));

    /** province P > schools S and T, each with rooms, and an office of the province. */
    const plantSchools = async (ledger: Ledger) => {
      const units = await plantUnits(ledger);
      await ledger.units.import([unit('T', 'school', 'P'), unit('T1', 'room', 'T'), unit('T2', 'room', 'T'), unit('O', 'department', 'P')]);
      const places = new Map((await ledger.units.list()).map(({ code, id }) => [code, id]));
      return { ...units, T: places.get('T')!, T1: places.get('T1')!, T2: places.get('T2')!, O: places.get('O')! };
    };
    const reach: [from: 'R1' | 'P' | 'O', by: 'S' | 'R2' | 'R1-01' | 'P' | 'T' | 'T1' | 'O', outcome: 'known' | 'new'][] = [
      ['R1', 'S', 'known'],
      ['R1', 'R2', 'known'],
      ['R1', 'R1-01', 'known'],
      ['R1', 'P', 'known'],
      ['P', 'T1', 'known'],
      ['R1', 'T', 'new'],
      ['R1', 'T1', 'new'],
      ['R1', 'O', 'new'],
      ['O', 'T1', 'new'],
    ];
    it.each(reach)('a machine of %s, told by a token of %s, is %s', (from, by, outcome) =>
      withLedger(open, async (ledger) => {
        const units = await plantSchools(ledger);
        const owner = await token(ledger, units[from]);
        const first = admitted(await ledger.credentials.enrol({ token: owner.text, fingerprint: machine(1), name: 'a', at: NOW }));
        const stranger = await token(ledger, units[by]);
        // All that everybody on the network sees of it.
        const seen = { macs: machine(1).macs, disks: [] };
        const second = admitted(await ledger.credentials.enrol({ token: stranger.text, fingerprint: seen, name: 'b', at: NOW + 1 }));
        expect(second.outcome).toBe(outcome);
        const secret = await ledger.credentials.checkSecret(first.device, first.secret);
        expect(secret).toBe(outcome === 'known' ? 'wrong-secret' : 'ok');
        if (outcome === 'known') return;
        expect(await ledger.devices.byId(first.device)).toMatchObject({ name: 'a', unit: units[from] });
        // The copy elsewhere does not stand in the way of the machine itself when it forgets everything and comes again.
        const again = admitted(await ledger.credentials.enrol({ token: owner.text, fingerprint: machine(1), name: 'a', at: NOW + 2 }));
        expect(again.device).toBe(first.device);
      }),
    );

    it('takes fifty at once, one device each, and not one use too many', () =>
      withLedger(open, async (ledger) => {
        const { text } = await token(ledger, (await plantUnits(ledger)).R1, { maxUses: 40 });
        const outcomes = await Promise.all(
          Array.from({ length: 50 }, (_, n) => ledger.credentials.enrol({ token: text, fingerprint: machine(n), name: 'x', at: NOW })),
        );
        expect(outcomes.filter(({ outcome }) => outcome === 'new')).toHaveLength(40);
        expect(outcomes.filter((one) => one.outcome === 'refused' && one.reason === 'used-up')).toHaveLength(10);
        expect(await ledger.devices.count()).toBe(40);
      }));
  });

  describe('secrets of devices', () => {
    it('are checked by device', () =>
      withLedger(open, async (ledger) => {
        const [one, two] = await plantDevices(ledger, (await plantUnits(ledger)).R1, 2);
        const check = (device: string, secret: string) => ledger.credentials.checkSecret(device, secret);
        expect(await check(one!.device, one!.secret)).toBe('ok');
        expect(await check(one!.device, two!.secret)).toBe('wrong-secret');
        expect(await check(one!.device, '')).toBe('wrong-secret');
        expect(await check(nobody, one!.secret)).toBe('unknown-device');
        await ledger.devices.revoke(one!.device, NOW);
        expect(await check(one!.device, one!.secret)).toBe('revoked');
        // Whoever does not know the secret does not learn that it is revoked.
        expect(await check(one!.device, two!.secret)).toBe('wrong-secret');
      }));

    it('stop working for connections that stand: revoked, enrolled again, unknown', () =>
      withLedger(open, async (ledger) => {
        const { R1 } = await plantUnits(ledger);
        const devices = (await plantDevices(ledger, R1, 3)).map(({ device }) => device);
        const { text } = await token(ledger, R1);
        const connected = devices.map((device) => ({ device, connectedAt: NOW + 10 }));
        expect(await ledger.credentials.noLongerValid(connected)).toEqual([]);
        await ledger.devices.revoke(devices[0]!, NOW + 20);
        await ledger.credentials.enrol({ token: text, fingerprint: machine(2), name: 'x', at: NOW + 20 });
        const asked = [...connected, { device: nobody, connectedAt: NOW }];
        expect((await ledger.credentials.noLongerValid(asked)).toSorted()).toEqual([devices[0]!, devices[1]!, nobody].toSorted());
        // The connection that came after the new secret is good.
        expect(await ledger.credentials.noLongerValid([{ device: devices[1]!, connectedAt: NOW + 30 }])).toEqual([]);
        expect(await ledger.credentials.noLongerValid([])).toEqual([]);
      }));
  });
}
