import { describe, expect, it } from 'vitest';
import type { CommandName } from '../../protocol/commands.ts';
import type { CommandAnswer, CommandRecord, Ledger } from '../index.ts';
import { unheard, type Id } from '../records.ts';
import { admitted, batch, machine, NOW, plantDevices, plantUnits, token, withLedger, type Open } from './fixtures.ts';

const MINUTE = 60_000;
const who = 'Cô.Lan';

/** Commands from the order to the answer. */
export function commandsContract(open: Open): void {
  /** `one` and `two` stand in R1, `far` in R2 of the same school. */
  async function plant(ledger: Ledger) {
    const units = await plantUnits(ledger);
    const [one, two] = await plantDevices(ledger, units.R1, 2);
    const { text } = await token(ledger, units.R2);
    const far = admitted(await ledger.credentials.enrol({ token: text, fingerprint: machine(9), name: 'Máy 9', at: NOW }));
    return { units, one: one!.device, two: two!.device, far: far.device };
  }
  const present = (ledger: Ledger, device: Id, online: boolean, presenceAt = NOW): Promise<void> =>
    batch(ledger, (tx) => tx.saveStates([{ ...unheard(device), online, presenceAt, presenceReason: online ? 'connected' : 'lost' }]));
  const order = (ledger: Ledger, device: Id, name: CommandName, at = NOW) => ledger.commands.order({ scope: { device }, name, at, who });
  async function ordered(ledger: Ledger, device: Id, name: CommandName, at = NOW): Promise<CommandRecord> {
    const outcome = await order(ledger, device, name, at);
    expect(outcome!.skipped).toEqual([]);
    return outcome!.ordered[0]!;
  }
  const answer = (ledger: Ledger, command: CommandRecord, more: Partial<CommandAnswer> = {}): Promise<void> =>
    batch(ledger, (tx) =>
      tx.answerCommands([{ id: command.id, device: command.device, state: 'done', reason: null, findings: [], at: NOW + 5, ...more }]),
    );
  const only = async (ledger: Ledger, device: Id): Promise<CommandRecord> => (await ledger.commands.list({ device, limit: 9 }))[0]!;
  const due = async (ledger: Ledger, at: number, before = at - MINUTE): Promise<Id[]> =>
    (await ledger.commands.toSend(at, before, 99)).map(({ command }) => command.id);

  describe('commands', () => {
    it('wait until the device is connected, go out once per connection and again after a while, and are answered', () =>
      withLedger(open, async (ledger) => {
        const { one, two } = await plant(ledger);
        const command = await ordered(ledger, one, 'locate');
        expect(command).toMatchObject({ device: one, notice: 'here', state: 'waiting', sentAt: null, expiresAt: NOW + 10 * MINUTE, who });
        expect(await due(ledger, NOW)).toEqual([]);
        await present(ledger, two, true);
        await present(ledger, one, false);
        expect(await due(ledger, NOW)).toEqual([]);
        await present(ledger, one, true);
        expect(await ledger.commands.toSend(NOW, NOW, 9)).toEqual([{ command, macs: [] }]);
        await ledger.commands.sent([command.id], NOW + 1);
        expect(await due(ledger, NOW + 2)).toEqual([]);
        // It was lost on the way, or the line was.
        expect(await due(ledger, NOW + 2 * MINUTE)).toEqual([command.id]);
        await present(ledger, one, true, NOW + 3);
        expect(await due(ledger, NOW + 4)).toEqual([command.id]);
        await answer(ledger, command);
        expect(await due(ledger, NOW + 2 * MINUTE)).toEqual([]);
        expect(await only(ledger, one)).toMatchObject({ state: 'done', sentAt: NOW + 1, settledAt: NOW + 5 });
        expect(await ledger.audit.list(2)).toEqual([
          { at: NOW + 5, who: 'device', what: 'command-done', subject: `${one} ${command.id}` },
          { at: NOW, who, what: 'command-locate', subject: `${one} ${command.id}` },
        ]);
      }));

    it('expire when nobody came or answered, and a late answer still tells what happened', () =>
      withLedger(open, async (ledger) => {
        const { one } = await plant(ledger);
        await present(ledger, one, true);
        const lost = await ordered(ledger, one, 'locate');
        const late = await ordered(ledger, one, 'locate', NOW + 1);
        await ledger.commands.sent([late.id], NOW + 2);
        const end = NOW + 10 * MINUTE + 1;
        expect(await ledger.commands.expire(NOW + 10 * MINUTE - 1)).toBe(0);
        expect(await due(ledger, end)).toEqual([]);
        expect(await ledger.commands.expire(end)).toBe(1);
        expect(await ledger.audit.list(1)).toEqual([{ at: end, who: 'collector', what: 'command-expired', subject: `${one} ${lost.id}` }]);
        expect(await ledger.commands.expire(end + MINUTE)).toBe(1);
        const states = async () => Object.fromEntries((await ledger.commands.list({ limit: 9 })).map(({ id, state }) => [id, state]));
        expect(await states()).toEqual({ [lost.id]: 'expired', [late.id]: 'expired' });
        await answer(ledger, late, { at: NOW + 3 });
        expect(await states()).toEqual({ [lost.id]: 'expired', [late.id]: 'done' });
      }));

    it('are answered by their device alone; a later answer counts, an earlier one that comes late does not', () =>
      withLedger(open, async (ledger) => {
        const { one, two } = await plant(ledger);
        const command = await ordered(ledger, one, 'self_test');
        await answer(ledger, command, { device: two });
        await answer(ledger, { ...command, id: 'z'.repeat(26) });
        expect(await only(ledger, one)).toMatchObject({ state: 'waiting' });
        await answer(ledger, command, { findings: ['clock_wrong'] });
        await answer(ledger, command, { state: 'failed', reason: 'not_acknowledged', at: NOW + 9 });
        await answer(ledger, command, { at: NOW + 6 });
        expect(await only(ledger, one)).toMatchObject({ state: 'failed', reason: 'not_acknowledged', settledAt: NOW + 9 });
        expect(await ledger.audit.list(1)).toMatchObject([{ subject: `${one} ${command.id} not_acknowledged` }]);
      }));

    it.each(['shut_down', 'restart'] as const)('%s needs the leave of the unit', (name) =>
      withLedger(open, async (ledger) => {
        const { units, one, far } = await plant(ledger);
        expect(await order(ledger, one, name)).toEqual({ ordered: [], skipped: [{ device: one, reason: 'not-allowed' }] });
        await ledger.settings.save({ unit: units.R1 }, { allow: [name] }, { at: NOW, who });
        expect((await order(ledger, one, name))!.ordered).toHaveLength(1);
        const all = await ledger.commands.order({ scope: { unit: units.S }, name, at: NOW, who });
        expect(all!.ordered).toHaveLength(2);
        expect(all!.skipped).toEqual([{ device: far, reason: 'not-allowed' }]);
      }),
    );

    it('wake goes to a neighbour that is on: of the room, else of the school', () =>
      withLedger(open, async (ledger) => {
        const { one, two, far } = await plant(ledger);
        expect(await order(ledger, one, 'wake')).toEqual({ ordered: [], skipped: [{ device: one, reason: 'no-neighbour' }] });
        await present(ledger, far, true);
        await present(ledger, one, true);
        expect(await ordered(ledger, one, 'wake')).toMatchObject({ device: far, target: one });
        await present(ledger, two, true);
        const near = await ordered(ledger, one, 'wake');
        expect(near).toMatchObject({ device: two, target: one });
        const sends = await ledger.commands.toSend(NOW, NOW, 9);
        expect(sends.find(({ command }) => command.id === near.id)!.macs).toEqual(machine(1).macs);
        // Seen from both sides.
        expect((await ledger.commands.list({ device: one, limit: 9 })).map(({ device }) => device).toSorted()).toEqual(
          [two, far].toSorted(),
        );
        expect(await ledger.commands.list({ device: two, limit: 9 })).toHaveLength(1);
      }));

    it('go to every device of a unit and below, but to none that was revoked', () =>
      withLedger(open, async (ledger) => {
        const { units, one, two, far } = await plant(ledger);
        await ledger.devices.revoke(two, NOW);
        const outcome = await ledger.commands.order({ scope: { unit: units.S }, name: 'refresh', minutes: 5, at: NOW, who });
        expect(outcome!.ordered.map(({ device }) => device).toSorted()).toEqual([one, far].toSorted());
        expect(outcome!.ordered[0]).toMatchObject({ expiresAt: NOW + 5 * MINUTE, notice: null });
        expect(outcome!.skipped).toEqual([{ device: two, reason: 'revoked' }]);
        const nowhere = 'a'.repeat(26);
        expect(await order(ledger, nowhere, 'refresh')).toBeUndefined();
        expect(await ledger.commands.order({ scope: { unit: nowhere }, name: 'refresh', at: NOW, who })).toBeUndefined();
      }));

    it('keep the newest hundred of a device', () =>
      withLedger(open, async (ledger) => {
        const { one } = await plant(ledger);
        for (let n = 0; n < 105; n++) await answer(ledger, await ordered(ledger, one, 'refresh', NOW + n));
        expect(await ledger.commands.list({ device: one, limit: 999 })).toHaveLength(100);
      }));
  });
}
