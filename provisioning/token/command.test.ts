import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Desk, NOW } from '../testing.ts';
import { tokenCommand } from './command.ts';

const DAY = 86_400_000;
const machine = { macs: ['00:1b:21:00:00:01'], disks: ['D1'] };

describe('labwatch token', () => {
  let desk: Desk;
  beforeEach(async () => {
    desk = new Desk(tokenCommand);
    await desk.plant();
  });
  afterEach(() => desk.clear());

  it('create prints the token alone on stdout, and it admits a machine to that unit', async () => {
    const said = await desk.run('create', '--unit', 'P1', '--class', 'tv', '--days', '2', '--uses', '3');
    expect(said.code).toBe(0);
    expect(said.out).toMatch(/^[a-z0-9]{26}\.[\w-]{43}$/);
    expect(said.notes).toContain('Trường A > Phòng 1');
    expect(said.notes).toContain('3');
    await desk.ledger(async (ledger) => {
      const [token] = await ledger.credentials.tokens();
      expect(token).toMatchObject({ class: 'tv', maxUses: 3, createdAt: NOW, expiresAt: NOW + 2 * DAY });
      const enrolled = await ledger.credentials.enrol({ token: said.out, fingerprint: machine, name: 'Ti vi', at: NOW });
      expect(enrolled.outcome).toBe('new');
      const [device] = await ledger.devices.list({ limit: 9 });
      expect((await ledger.units.byId(device!.unit))!.code).toBe('P1');
      expect(await ledger.audit.list(1)).toEqual([{ at: NOW, who: 'cli', what: 'token-created', subject: token!.id }]);
    });
  });

  it('has defaults: pupils, 7 days, 60 machines', async () => {
    await desk.run('create', '--unit', 'P1');
    const [token] = await desk.ledger((ledger) => ledger.credentials.tokens());
    expect(token).toMatchObject({ class: 'pc-student', maxUses: 60, expiresAt: NOW + 7 * DAY });
  });

  it('answers scripts in JSON', async () => {
    const made = JSON.parse((await desk.run('create', '--unit', 'P1', '--json')).out) as Record<string, unknown>;
    expect(made).toEqual({
      id: expect.any(String),
      token: expect.stringMatching(/^[a-z0-9]{26}\.[\w-]{43}$/),
      unit: 'P1',
      class: 'pc-student',
      expiresAt: '2026-11-28T01:00:00.000Z',
      uses: 60,
    });
    const [listed] = JSON.parse((await desk.run('list', '--json')).out) as Record<string, unknown>[];
    expect(listed).toMatchObject({ id: made['id'], unit: 'P1', state: 'valid', uses: 0, maxUses: 60 });
    expect(JSON.stringify(listed)).not.toContain(String(made['token']).split('.')[1]);
  });

  it('list shows each state in words', async () => {
    const codes = ['create', '--unit', 'P1', '--json'];
    const [first, second, third] = [
      await desk.run(...codes, '--days', '1'),
      await desk.run(...codes, '--uses', '1'),
      await desk.run(...codes),
    ];
    await desk.ledger(async (ledger) => {
      const { token } = JSON.parse(second.out) as { token: string };
      await ledger.credentials.enrol({ token, fingerprint: machine, name: 'x', at: NOW });
    });
    await desk.run('revoke', (JSON.parse(third.out) as { token: string }).token);
    desk.now = NOW + DAY;
    desk.language = 'vi';
    const lines = (await desk.run('list')).out.split('\n');
    const lineOf = (said: typeof first): string => lines.find((line) => line.startsWith((JSON.parse(said.out) as { id: string }).id))!;
    expect(lineOf(first)).toContain('hết hạn');
    expect(lineOf(second)).toContain('đã dùng hết');
    expect(lineOf(third)).toContain('đã thu hồi');
    expect(lines[0]).toMatch(/^MÃ +TRẠNG THÁI +ĐÃ DÙNG/);
  });

  const mistakes: [string, string[]][] = [
    ['COMMAND_ACTION_MISSING', []],
    ['COMMAND_ACTION_MISSING', ['--json']],
    ['COMMAND_ACTION', ['creat']],
    ['COMMAND_FLAG_MISSING', ['create']],
    ['UNIT_NOT_FOUND', ['create', '--unit', 'P9']],
    ['CONFIG_BAD_VALUE', ['create', '--unit', 'P1', '--days', '0']],
    ['CONFIG_BAD_VALUE', ['create', '--unit', 'P1', '--uses', 'many']],
    ['CONFIG_BAD_VALUE', ['create', '--unit', 'P1', '--class', 'toaster']],
    ['CONFIG_UNKNOWN_KEY', ['create', '--unti', 'P1']],
    ['COMMAND_WORDS', ['create', 'P1']],
    ['COMMAND_WORDS', ['revoke']],
    ['TOKEN_NOT_FOUND', ['revoke', 'nothing']],
  ];
  it.each(mistakes)('%s for %j', async (code, words) => {
    const said = await desk.run(...words);
    expect(said.error?.code).toBe(code);
    expect(said.error!.line()).not.toContain('\n');
    expect(await desk.ledger((ledger) => ledger.credentials.tokens())).toEqual([]);
  });

  it('explains every action in both languages', () => {
    for (const language of ['en', 'vi'] as const) {
      const text = desk.help(language);
      for (const word of ['labwatch token create', 'labwatch token list', 'labwatch token revoke <id>', '--uses', '--home'])
        expect(text).toContain(word);
    }
    expect(desk.help('vi')).toContain('Số ngày có hiệu lực');
  });
});
