import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SETTING_KEYS } from '../../protocol/device-settings.ts';
import { Desk, NOW } from '../testing.ts';
import { configCommand } from './command.ts';

describe('labwatch config', () => {
  let desk: Desk;
  let device: string;
  beforeEach(async () => {
    desk = new Desk(configCommand);
    await desk.plant();
    device = await desk.ledger(async (ledger) => {
      const unit = (await ledger.units.byCode('P1'))!.id;
      const { text } = await ledger.credentials.createToken({ unit, class: 'pc-student', expiresAt: NOW + 1, maxUses: 1, at: NOW });
      const enrolled = await ledger.credentials.enrol({ token: text, fingerprint: { macs: [], disks: ['D1'] }, name: 'Máy 01', at: NOW });
      return (enrolled as { device: string }).device;
    });
  });
  afterEach(() => desk.clear());

  it('set, get and unset by unit and device, with where each comes from', async () => {
    expect((await desk.run('set', 'reportMinutes', '2', '--unit', 'T1')).out).toBe('Trường A: reportMinutes = 2');
    await desk.run('set', 'quietHours', '07:00-11:30,13:00-16:30', '--unit', 'P1');
    await desk.run('set', 'reportMinutes', '1', '--device', device);
    const lines = (await desk.run('get', '--device', device)).out.split('\n');
    expect(lines[0]).toMatch(/^SETTING +VALUE +SET AT$/);
    expect(lines.find((line) => line.startsWith('reportMinutes'))).toMatch(/ 1 +Máy 01$/);
    expect(lines.find((line) => line.startsWith('quietHours'))).toMatch(/07:00-11:30,13:00-16:30 +Trường A > Phòng 1$/);
    expect(lines.find((line) => line.startsWith('allow'))).toMatch(/the agent's own/);
    expect((await desk.run('list')).out.split('\n')).toHaveLength(4);
    await desk.run('unset', 'reportMinutes', '--device', device);
    const now = JSON.parse((await desk.run('get', '--device', device, '--json')).out) as { settings: Record<string, { value: unknown }> };
    expect(now).toMatchObject({ settings: { reportMinutes: { value: 2 } }, version: 0, inForce: null });
    const [entry] = await desk.ledger((ledger) => ledger.audit.list(1));
    expect(entry).toMatchObject({ who: 'cli', what: 'settings-changed', subject: `device ${device}` });
  });

  it('says whether the device has taken them', async () => {
    await desk.run('set', 'reportMinutes', '2', '--unit', 'T1');
    await desk.ledger((ledger) => ledger.settings.issue(NOW, 'all'));
    expect((await desk.run('get', '--device', device)).notes).toContain('not confirmed');
    await desk.ledger((ledger) => ledger.intake.batch((tx) => tx.confirmConfigs([{ device, version: NOW, at: NOW }])));
    desk.language = 'vi';
    expect((await desk.run('get', '--device', device)).notes).toContain('đang dùng');
  });

  it('keeps the other settings of the place; an empty list is a value', async () => {
    await desk.run('set', 'allow', 'restart', '--unit', 'T1');
    await desk.run('set', 'replayRate', '5', '--unit', 'T1');
    await desk.run('set', 'allow', '', '--unit', 'T1');
    const [place] = JSON.parse((await desk.run('list', '--json')).out) as [{ settings: unknown }];
    expect(place.settings).toEqual({ replayRate: 5, allow: [] });
  });

  const mistakes: [string, string[]][] = [
    ['SETTING_UNKNOWN', ['set', 'reportMinute', '2', '--unit', 'P1']],
    ['SETTING_VALUE', ['set', 'reportMinutes', '9', '--unit', 'P1']],
    ['SETTING_VALUE', ['set', 'allow', 'rm -rf /', '--unit', 'P1']],
    ['COMMAND_SCOPE', ['set', 'reportMinutes', '2']],
    ['COMMAND_SCOPE', ['get', '--unit', 'P1', '--device', 'x']],
    ['UNIT_NOT_FOUND', ['get', '--unit', 'P9']],
    ['DEVICE_UNKNOWN', ['get', '--device', 'x']],
    ['COMMAND_WORDS', ['set', 'reportMinutes', '--unit', 'P1']],
    ['COMMAND_ACTION', ['sett']],
  ];
  it.each(mistakes)('%s for %j', async (code, words) => {
    const said = await desk.run(...words);
    expect(said.error?.code).toBe(code);
    expect(said.error!.line()).not.toContain('\n');
    expect(await desk.ledger((ledger) => ledger.settings.list())).toEqual([]);
  });

  it('explains every action and every setting in both languages', () => {
    for (const language of ['en', 'vi'] as const) {
      for (const word of ['labwatch config set <setting> <value>', 'labwatch config get', '--unit', ...SETTING_KEYS])
        expect(desk.help(language)).toContain(word);
    }
    expect(desk.help('vi')).toContain('giờ học');
  });
});
