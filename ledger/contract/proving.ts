import { describe, expect, it } from 'vitest';
import type { Ledger, ProofOutcome, ProofRequest } from '../owners.ts';
import { unheard, type Fingerprint, type Id } from '../records.ts';
import { admitted, batch, HOUR, machine, NOW, plantDevices, plantUnits, token, withLedger, type Admitted, type Open } from './fixtures.ts';

const twin = (letter: string): Id => letter.repeat(26);
type Settled = Exclude<ProofOutcome, { outcome: 'refused' }>;

function settled(outcome: ProofOutcome): Settled {
  if (outcome.outcome === 'refused') throw new Error(`refused: ${outcome.reason}`);
  return outcome;
}

/** Shows the secret of a device on some hardware, an hour after that machine was started. */
const prover =
  (ledger: Ledger) =>
  (of: Pick<Admitted, 'device' | 'secret'>, fingerprint: Fingerprint, more: Partial<ProofRequest> = {}): Promise<ProofOutcome> => {
    const at = more.at ?? NOW + HOUR;
    const usual = { name: 'Máy 1', boot: 'b'.repeat(16), bootAt: at - HOUR, duplicate: false, twin: twin('t'), clonesPerDay: 100 };
    return ledger.credentials.prove({ device: of.device, secret: of.secret, fingerprint, ...usual, ...more, at });
  };

/** The device was heard from a boot, and its line stands. */
const heard = (ledger: Ledger, device: Id, boot: string, bootAt: number, at: number): Promise<void> =>
  batch(ledger, (tx) => tx.saveStates([{ ...unheard(device), online: true, lastSeen: at, clock: { boot, offset: bootAt } }]));

/** Who holds the secret of a device, on which hardware. */
export function provingContract(open: Open): void {
  describe('a machine that shows a secret', () => {
    const setting = async (ledger: Ledger) => {
      const units = await plantUnits(ledger);
      const [first, second] = await plantDevices(ledger, units.R1, 2);
      return { units, first: first!, second: second!, prove: prover(ledger) };
    };

    it('on the same hardware, or after one change, stays who it is and keeps its secret', () =>
      withLedger(open, async (ledger) => {
        const { first, prove } = await setting(ledger);
        const same = settled(await prove(first, machine(1)));
        expect(same).toEqual({ outcome: 'known', device: first.device, secret: first.secret, twin: null, changed: false });
        const disk = machine(1, { disks: ['DISK-NEW'] });
        expect(await prove(first, disk)).toMatchObject({ outcome: 'known', device: first.device, changed: true });
        expect((await ledger.devices.byId(first.device))!.fingerprint.disks).toEqual(['DISK-NEW']);
        // A main board brings its own network card.
        expect(await prove(first, { ...machine(9), disks: ['DISK-NEW'] })).toMatchObject({ outcome: 'known', device: first.device });
        expect(await ledger.credentials.checkSecret(first.device, first.secret)).toBe('ok');
        expect(await ledger.devices.count()).toBe(2);
      }));

    it('on other hardware is a new device in the same room; the one it came from stays untouched', () =>
      withLedger(open, async (ledger) => {
        const { first, units, prove } = await setting(ledger);
        const clone = settled(await prove(first, machine(9), { name: 'Máy 09' }));
        expect(clone.outcome).toBe('clone');
        expect(await ledger.devices.byId(clone.device)).toMatchObject({
          unit: units.R1,
          class: 'pc-student',
          name: 'Máy 09',
          clonedFrom: first.device,
          fingerprint: { disks: ['DISK-9'] },
        });
        expect(await ledger.devices.byId(first.device)).toMatchObject({ clonedFrom: null, fingerprint: { disks: ['DISK-1'] } });
        for (const each of [first, clone]) expect(await ledger.credentials.checkSecret(each.device, each.secret)).toBe('ok');
        // The answer was lost, or the disk is frozen: the same machine asks again.
        const again = settled(await prove(first, machine(9)));
        expect([again.outcome, again.device]).toEqual(['recognised', clone.device]);
        expect(await ledger.credentials.checkSecret(clone.device, clone.secret)).toBe('wrong-secret');
        expect(await ledger.credentials.checkSecret(clone.device, again.secret)).toBe('ok');
        // And what it was told first still proves who it is.
        expect(await prove(clone, machine(9))).toMatchObject({ outcome: 'known', device: clone.device, secret: clone.secret });
        expect(await ledger.credentials.checkSecret(clone.device, clone.secret)).toBe('ok');
      }));

    it('on the hardware of another device is that device', () =>
      withLedger(open, async (ledger) => {
        const { first, second, prove } = await setting(ledger);
        expect(await prove(first, machine(2))).toMatchObject({ outcome: 'recognised', device: second.device });
        // All that everybody on the network sees of it is not enough.
        expect(await prove(first, { macs: machine(2).macs, disks: [] })).not.toMatchObject({ device: second.device });
        await ledger.devices.revoke(second.device, NOW);
        expect(await prove(first, machine(2))).toEqual({ outcome: 'refused', reason: 'device-revoked' });
      }));

    it('of another school does not speak for a device', () =>
      withLedger(open, async (ledger) => {
        const { first, prove } = await setting(ledger);
        await ledger.units.import([
          { code: 'T', kind: 'school', name: 'T', parentCode: 'P', zone: null },
          { code: 'T-01', kind: 'seat', name: 'T-01', parentCode: 'T', zone: null },
        ]);
        const seat = (await ledger.units.byCode('T-01'))!;
        const { text } = await token(ledger, seat.id);
        const far = admitted(await ledger.credentials.enrol({ token: text, fingerprint: machine(7), name: 'Máy T', at: NOW }));
        expect((await prove(first, machine(7))).outcome).toBe('clone');
        // Two machines do not stand on one seat, and two labels that are the same help nobody.
        const clone = settled(await prove(far, machine(8), { name: 'Máy T' }));
        const school = (await ledger.units.byCode('T'))!;
        expect(await ledger.devices.byId(clone.device)).toMatchObject({ unit: school.id, name: 'Máy T 00-08' });
      }));

    it('is refused when the secret is not one, the device or its token is revoked', () =>
      withLedger(open, async (ledger) => {
        const { first, second, prove } = await setting(ledger);
        const nobody = { device: twin('x'), secret: first.secret };
        const refusal = (reason: string) => ({ outcome: 'refused', reason });
        expect(await prove(nobody, machine(1))).toEqual(refusal('unknown-secret'));
        expect(await prove({ ...first, secret: second.secret }, machine(1))).toEqual(refusal('unknown-secret'));
        expect(await prove({ ...first, secret: '' }, machine(1))).toEqual(refusal('unknown-secret'));
        const [tokenRow] = await ledger.credentials.tokens();
        await ledger.credentials.revokeToken(tokenRow!.id, NOW);
        expect(await prove(first, machine(9))).toEqual(refusal('token-revoked'));
        expect(await prove(first, machine(1))).toMatchObject({ outcome: 'known' });
        await ledger.devices.revoke(first.device, NOW);
        expect(await prove(first, machine(1))).toEqual(refusal('device-revoked'));
        expect(await ledger.devices.count()).toBe(2);
      }));

    it('makes so many new devices a day and no more, by copies of copies too', () =>
      withLedger(open, async (ledger) => {
        const { first, prove } = await setting(ledger);
        const few = { clonesPerDay: 3 };
        const one = settled(await prove(first, machine(11), few));
        await prove(one, machine(12), few);
        await prove(first, machine(13), few);
        expect(await prove(one, machine(14), few)).toEqual({ outcome: 'refused', reason: 'too-many-clones' });
        expect(await prove(first, machine(12), few)).toMatchObject({ outcome: 'recognised' });
        expect((await prove(first, machine(14), { ...few, at: NOW + 26 * HOUR })).outcome).toBe('clone');
        expect(await prove(first, machine(15), { clonesPerDay: 0 })).toEqual({ outcome: 'refused', reason: 'too-many-clones' });
      }));

    it('with a secret of before is let in again, but not while somebody else may be there', () =>
      withLedger(open, async (ledger) => {
        const { first, units, prove } = await setting(ledger);
        const { text } = await token(ledger, units.R1);
        const anew = admitted(await ledger.credentials.enrol({ token: text, fingerprint: machine(1), name: 'Máy 1', at: NOW + 1 }));
        const at = NOW + HOUR;
        await heard(ledger, first.device, 'a'.repeat(16), NOW, at - 10 * 60_000);
        // Started after the other was heard last: it may be this very machine, switched off a moment ago.
        const now = { at, bootAt: at - 60_000 };
        expect(await prove(first, machine(1), now)).toEqual({ outcome: 'refused', reason: 'in-use' });
        expect(await prove(first, machine(1), { ...now, at: at + 10 * 60_000 })).toMatchObject({ outcome: 'known', secret: first.secret });
        expect(await ledger.credentials.checkSecret(first.device, first.secret)).toBe('ok');
        expect(await ledger.credentials.checkSecret(first.device, anew.secret)).toBe('wrong-secret');
        // It is never the eight secrets that run out when two systems take turns.
        for (let turn = 0; turn < 12; turn++)
          expect((await prove(turn % 2 === 0 ? anew : first, machine(1), { at: at + HOUR * (turn + 1) })).outcome).toBe('known');
      }));

    it('forgets all secrets but nine', () =>
      withLedger(open, async (ledger) => {
        const { first, units, prove } = await setting(ledger);
        const { text } = await token(ledger, units.R1);
        const secrets = [first.secret];
        for (let n = 1; n <= 9; n++)
          secrets.push(
            admitted(await ledger.credentials.enrol({ token: text, fingerprint: machine(1), name: 'Máy 1', at: NOW + n })).secret,
          );
        expect(await prove({ ...first, secret: secrets[0]! }, machine(1))).toEqual({ outcome: 'refused', reason: 'unknown-secret' });
        expect(await prove({ ...first, secret: secrets[1]! }, machine(1))).toMatchObject({ outcome: 'known' });
      }));

    it('and whose hardware cannot tell it from another: the one started first stays, each other gets a device and a mark', () =>
      withLedger(open, async (ledger) => {
        const { first, prove } = await setting(ledger);
        const at = NOW + HOUR;
        const run = (letter: string, minutes: number) => ({ boot: letter.repeat(16), bootAt: at - minutes * 60_000, duplicate: true, at });
        await heard(ledger, first.device, 'c'.repeat(16), at - 10 * 60_000, at);
        // The last one that was heard is itself: it stays for now, and the next one that asks is measured by it.
        expect(await prove(first, machine(1), run('c', 10))).toMatchObject({ outcome: 'known', device: first.device });
        expect(await prove(first, machine(1), run('a', 30))).toMatchObject({ outcome: 'known', device: first.device });
        const moved = settled(await prove(first, machine(1), { ...run('c', 10), twin: twin('c') }));
        expect(moved).toMatchObject({ outcome: 'clone', twin: twin('c') });
        const again = settled(await prove(first, machine(1), { ...run('c', 10), twin: twin('c') }));
        expect(again).toMatchObject({ outcome: 'recognised', device: moved.device, twin: twin('c') });
        const third = settled(await prove(first, machine(1), { ...run('d', 5), twin: twin('d') }));
        expect(third.device).not.toBe(moved.device);
        expect(await prove(first, machine(1), run('a', 30))).toMatchObject({ outcome: 'known', device: first.device });
        // With a token each finds itself: by its mark, or without one.
        const { text } = await token(ledger, (await ledger.devices.byId(first.device))!.unit);
        const enrol = async (more: { twin?: Id }) =>
          admitted(await ledger.credentials.enrol({ token: text, fingerprint: machine(1), name: 'x', at: NOW, ...more })).device;
        expect([await enrol({}), await enrol({ twin: twin('c') })]).toEqual([first.device, moved.device]);
      }));
  });
}
