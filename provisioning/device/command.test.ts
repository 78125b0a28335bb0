import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Id } from '../../ledger/index.ts';
import { Desk, NOW } from '../testing.ts';
import { deviceCommand } from './command.ts';

describe('labwatch device', () => {
  let desk: Desk;
  let ids: Id[];
  beforeEach(async () => {
    desk = new Desk(deviceCommand);
    await desk.plant();
    ids = await desk.ledger(async (ledger) => {
      const room = (await ledger.units.byCode('P1'))!.id;
      const { text } = await ledger.credentials.createToken({
        unit: room,
        class: 'pc-student',
        expiresAt: NOW + 1000,
        maxUses: 9,
        at: NOW,
      });
      const made: Id[] = [];
      for (const n of [1, 2, 3]) {
        const fingerprint = { macs: [`00:1b:21:00:00:0${n}`], disks: [] };
        const outcome = await ledger.credentials.enrol({ token: text, fingerprint, name: `Máy 0${n}`, at: NOW });
        if (outcome.outcome !== 'refused') made.push(outcome.device);
      }
      await ledger.intake.batch(async (tx) => {
        const states = await tx.states(made);
        await tx.saveStates([
          { ...states.get(made[0]!)!, lastSeen: NOW, online: true },
          { ...states.get(made[1]!)!, lastSeen: NOW - 1000, online: false },
        ]);
      });
      return made;
    });
  });
  afterEach(() => desk.clear());

  it('list shows state, last time heard and place', async () => {
    const items = JSON.parse((await desk.run('list', '--json')).out) as { id: string; state: string }[];
    expect(Object.fromEntries(items.map(({ id, state }) => [id, state]))).toEqual({
      [ids[0]!]: 'online',
      [ids[1]!]: 'offline',
      [ids[2]!]: 'never',
    });
    expect(items.find(({ id }) => id === ids[0])).toEqual({
      id: ids[0],
      name: 'Máy 01',
      class: 'pc-student',
      unit: 'P1',
      state: 'online',
      lastSeen: '2026-11-21T01:00:00.000Z',
      enrolledAt: '2026-11-21T01:00:00.000Z',
      revokedAt: null,
    });
    desk.language = 'vi';
    const text = (await desk.run('list')).out;
    expect(text.split('\n')).toHaveLength(4);
    expect(text).toMatch(/Máy 03 +máy học sinh +chưa từng kết nối +- +Trường A > Phòng 1/);
  });

  it('list finds by unit and text', async () => {
    expect((await desk.run('list', '--text', 'may 02')).out.split('\n')).toHaveLength(2);
    expect((await desk.run('list', '--unit', 'T1')).out.split('\n')).toHaveLength(4);
    expect((await desk.run('list', '--unit', 'nowhere')).error?.code).toBe('UNIT_NOT_FOUND');
  });

  it('revoke shuts a device out', async () => {
    expect((await desk.run('revoke', ids[0]!)).code).toBe(0);
    expect((await desk.run('revoke', ids[0]!)).error?.code).toBe('DEVICE_NOT_FOUND');
    expect((await desk.run('revoke', 'nothing')).error?.code).toBe('DEVICE_NOT_FOUND');
    expect((await desk.run('revoke')).error?.code).toBe('COMMAND_WORDS');
    expect(await desk.ledger(async (ledger) => (await ledger.devices.byId(ids[0]!))!.revokedAt)).toBe(NOW);
    expect(await desk.ledger((ledger) => ledger.audit.list(1))).toEqual([{ at: NOW, who: 'cli', what: 'device-revoked', subject: ids[0] }]);
    expect((await desk.run('list', '--text', ids[0]!)).out).toContain('revoked');
  });
});
