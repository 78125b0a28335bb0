import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { COMMANDS } from '../../protocol/commands.ts';
import { Desk, NOW } from '../testing.ts';
import { commandCommand } from './command.ts';

describe('labwatch command', () => {
  let desk: Desk;
  let one: string;
  let two: string;
  beforeEach(async () => {
    desk = new Desk(commandCommand);
    await desk.plant();
    [one, two] = await desk.ledger(async (ledger) => {
      const unit = (await ledger.units.byCode('P1'))!.id;
      const { text: token } = await ledger.credentials.createToken({ unit, class: 'pc-student', expiresAt: NOW + 1, maxUses: 2, at: NOW });
      const enrol = async (n: number): Promise<string> => {
        const fingerprint = { macs: [`00:1b:21:00:00:0${n}`], disks: [`D${n}`] };
        return ((await ledger.credentials.enrol({ token, fingerprint, name: `Máy ${n}`, at: NOW })) as { device: string }).device;
      };
      return [await enrol(1), await enrol(2)] as const;
    });
  });
  afterEach(() => desk.clear());

  it('send orders one for a device or for each of a unit, and list shows what became of them', async () => {
    expect((await desk.run('send', 'locate', '--device', one, '--notice', 'save_work')).code).toBe(0);
    expect((await desk.run('send', 'self-test', '--unit', 'T1', '--minutes', '5')).out.split('\n')).toHaveLength(3);
    const commands = await desk.ledger((ledger) => ledger.commands.list({ limit: 9 }));
    expect(commands).toHaveLength(3);
    expect(commands.filter(({ name }) => name === 'locate')).toMatchObject([{ device: one, notice: 'save_work', who: 'cli', at: NOW }]);
    const mine = commands.find(({ name, device }) => name === 'self_test' && device === two)!;
    expect(mine.expiresAt).toBe(NOW + 300_000);
    await desk.ledger((ledger) =>
      ledger.intake.batch((tx) =>
        tx.answerCommands([{ id: mine.id, device: two, state: 'done', reason: null, findings: ['clock_wrong'], at: NOW + 1 }]),
      ),
    );
    desk.language = 'vi';
    const lines = (await desk.run('list', '--device', two)).out.split('\n');
    expect(lines).toHaveLength(2);
    expect(lines[1]).toMatch(/self_test .*đã xong .*đồng hồ sai quá 90 giây/);
  });

  it('says who gets none and why, and that nobody did by its exit code', async () => {
    const refused = await desk.run('send', 'restart', '--unit', 'P1');
    expect([refused.code, refused.out]).toEqual([1, '']);
    expect(refused.notes).toContain('do not allow it');
    expect((await desk.run('send', 'wake', '--device', one)).notes).toContain('no neighbour is on');
    await desk.ledger(async (ledger) => {
      await ledger.settings.save({ device: one }, { allow: ['restart'] }, { at: NOW, who: 'x' });
    });
    const json = JSON.parse((await desk.run('send', 'restart', '--unit', 'P1', '--json')).out) as {
      ordered: unknown[];
      skipped: unknown[];
    };
    expect(json.ordered).toMatchObject([{ device: one, name: 'restart', state: 'waiting', at: '2026-11-21T01:00:00.000Z' }]);
    expect(json.skipped).toEqual([{ device: two, reason: 'not-allowed' }]);
  });

  const mistakes: [string, string[]][] = [
    ['DEVICE_COMMAND', ['send', 'format', '--unit', 'P1']],
    ['DEVICE_COMMAND', ['send', 'sh -c id', '--unit', 'P1']],
    ['COMMAND_SCOPE', ['send', 'locate']],
    ['COMMAND_WORDS', ['send', '--unit', 'P1']],
    ['UNIT_NOT_FOUND', ['send', 'locate', '--unit', 'P9']],
    ['DEVICE_UNKNOWN', ['send', 'locate', '--device', 'x']],
    ['CONFIG_BAD_VALUE', ['send', 'locate', '--unit', 'P1', '--notice', 'Hello']],
    ['CONFIG_BAD_VALUE', ['send', 'locate', '--unit', 'P1', '--minutes', '0']],
  ];
  it.each(mistakes)('%s for %j', async (code, words) => {
    const said = await desk.run(...words);
    expect(said.error?.code).toBe(code);
    expect(await desk.ledger((ledger) => ledger.commands.list({ limit: 9 }))).toEqual([]);
  });

  it('explains every command in both languages', () => {
    for (const language of ['en', 'vi'] as const) {
      for (const word of ['labwatch command send <command>', 'labwatch command list', ...COMMANDS])
        expect(desk.help(language)).toContain(word);
    }
    expect(desk.help('vi')).toContain('hiện thông báo trên màn hình');
  });
});
