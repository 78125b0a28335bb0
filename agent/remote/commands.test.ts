import { beforeEach, describe, expect, test } from 'vitest';
import { COMMANDS, NOTICES, type CommandName, type RiskyCommand } from '../../protocol/commands.ts';
import type { Command } from '../../protocol/payloads/index.ts';
import { silentLog } from '../../runtime/log.ts';
import { Counts } from '../core/counts.ts';
import type { Body } from '../core/outbox/outbox.ts';
import { WrittenActions } from '../test-kit/actions.ts';
import { ManualClock } from '../test-kit/manual-clock.ts';
import { Commands, type CommandsOptions } from './commands.ts';
import { HANDLERS } from './handlers.ts';
import { noticeText } from './notices.ts';

let clock: ManualClock;
let actions: WrittenActions;
let notes: Map<string, string>;
let answers: Body<'event'>[];
let counts: Counts;
let allowed: RiskyCommand[];
let confirms: boolean;
let refreshed: number;

beforeEach(() => {
  // An hour after the boot.
  clock = new ManualClock(1_795_244_407_000, 3_600_000);
  actions = new WrittenActions();
  [notes, answers, counts, allowed, confirms, refreshed] = [new Map(), [], new Counts(), [], true, 0];
});

function run(more: Partial<CommandsOptions> = {}): Commands {
  const made = new Commands({
    notes: { note: (key) => notes.get(key), setNote: (key, value) => void notes.set(key, value) },
    clock,
    log: silentLog,
    counts,
    hands: { actions, seat: 'Máy 07', refresh: async () => void (refreshed += 1), selfTest: () => ['clock_wrong'] },
    serverAhead: () => 0,
    allowed: () => allowed,
    answer: (event) => answers.push(event),
    acknowledged: () => confirms,
    ...more,
  });
  made.restore();
  return made;
}

const id = (n: number): string => `command${String(n).padStart(19, '0')}`;
const command = (name: CommandName, more: Partial<Command> = {}): Command => ({
  v: 1,
  stream: 's'.repeat(26),
  seq: 1,
  at: clock.now(),
  id: id(1),
  name,
  ordered: clock.now(),
  expires: clock.now() + 600_000,
  ...more,
});

describe('each command', () => {
  const mac = '00:1b:21:00:00:01';
  const table: [CommandName, Partial<Command>, Partial<Body<'event'>>, string[]][] = [
    ['refresh', {}, { code: 'command_done' }, []],
    ['self_test', {}, { code: 'command_done', findings: ['clock_wrong'] }, []],
    ['locate', {}, { code: 'command_done' }, [`show ${noticeText('here', 'Máy 07')}`]],
    ['locate', { notice: 'save_work' }, { code: 'command_done' }, [`show ${noticeText('save_work', 'Máy 07')}`]],
    ['wake', { macs: [mac] }, { code: 'command_done' }, [`wake ${mac}`]],
    ['update', {}, { code: 'command_refused', reason: 'not_supported' }, []],
    ['restart_agent', {}, { code: 'command_done' }, ['restart_agent']],
    ['shut_down', {}, { code: 'command_refused', reason: 'not_allowed' }, []],
    ['restart', {}, { code: 'command_refused', reason: 'not_allowed' }, []],
  ];
  test.each(table)('%s %j is answered with %j', async (name, more, answer, asked) => {
    await run().take(command(name, more));
    expect(answers).toEqual([{ answers: id(1), ...answer }]);
    expect(actions.asked).toEqual(asked);
    expect(refreshed).toBe(name === 'refresh' ? 1 : 0);
  });

  test('has one handler, and there is no handler without a command', () => expect(Object.keys(HANDLERS)).toEqual([...COMMANDS]));

  test.each(['shut_down', 'restart'] as const)('%s happens where it is allowed, after the server knows', async (name) => {
    allowed = [name];
    await run().take(command(name));
    expect(answers).toEqual([{ code: 'command_done', answers: id(1) }]);
    expect(actions.asked).toEqual([name]);
  });

  test.each(['shut_down', 'restart', 'restart_agent'] as const)(
    '%s does not happen when nobody confirms that it was answered',
    async (name) => {
      allowed = ['shut_down', 'restart'];
      confirms = false;
      const taken = run().take(command(name));
      await clock.pass(20_000);
      await taken;
      expect(answers.map(({ code, reason }) => [code, reason])).toEqual([
        ['command_done', undefined],
        ['command_failed', 'not_acknowledged'],
      ]);
      expect(actions.asked).toEqual([]);
    },
  );

  test('the leave for one is no leave for the other', async () => {
    allowed = ['restart'];
    await run().take(command('shut_down'));
    expect(answers).toMatchObject([{ code: 'command_refused', reason: 'not_allowed' }]);
  });

  test('restart_agent where nobody would start it again', async () => {
    const { restartAgent: _, ...rest } = actions;
    await run({ hands: { actions: rest, seat: undefined, refresh: async () => undefined, selfTest: () => [] } }).take(
      command('restart_agent'),
    );
    expect(answers).toMatchObject([{ code: 'command_refused', reason: 'not_supported' }]);
  });

  test.each([
    ['looked', { code: 'command_done' }],
    ['failed', { code: 'command_failed', reason: 'failed' }],
    ['not_allowed', { code: 'command_refused', reason: 'not_allowed' }],
  ] as const)('update that %s', async (outcome, answer) => {
    const update = async () => outcome;
    const hands = {
      actions: Object.assign(new WrittenActions(), { update }),
      seat: undefined,
      refresh: async () => undefined,
      selfTest: () => [],
    };
    await run({ hands }).take(command('update'));
    expect(answers).toEqual([{ answers: id(1), ...answer }]);
  });

  test('what throws or does not work is a failure', async () => {
    allowed = ['restart'];
    actions.power = async () => false;
    actions.show = async () => 'nobody';
    actions.wake = async () => {
      throw new Error('no network');
    };
    const commands = run();
    await commands.take(command('restart'));
    await commands.take(command('locate', { id: id(2) }));
    await commands.take(command('wake', { id: id(3), macs: ['00:1b:21:00:00:01'] }));
    expect(answers.map(({ answers: to, reason }) => [to, reason])).toEqual([
      [id(1), undefined],
      [id(1), 'failed'],
      [id(2), 'nobody'],
      [id(3), 'failed'],
    ]);
  });
});

describe('when', () => {
  test('a command has expired it is refused, by the clock of the server and not by ours', async () => {
    const hour = 3_600_000;
    await run({ serverAhead: () => hour }).take(command('locate'));
    await run({ serverAhead: () => -hour }).take(command('locate', { id: id(2), expires: clock.now() - 1 }));
    expect(answers.map(({ code, reason }) => [code, reason])).toEqual([
      ['command_refused', 'expired'],
      ['command_done', undefined],
    ]);
  });

  test('nothing was acknowledged yet the message itself tells the time: a clock that is wrong by ten years changes nothing', async () => {
    const years = 10 * 365 * 86_400_000;
    const at = clock.now() + years;
    await run({ serverAhead: () => undefined }).take(command('locate', { at, ordered: at, expires: at + 1000 }));
    await run({ serverAhead: () => undefined }).take(command('locate', { id: id(2), at, expires: at - 1 }));
    expect(answers.map(({ code }) => code)).toEqual(['command_done', 'command_refused']);
  });

  test('a restart was ordered before this boot it has happened already', async () => {
    allowed = ['restart', 'shut_down'];
    const before = clock.now() - 3_600_000 - 1;
    await run().take(command('restart', { ordered: before }));
    await run().take(command('locate', { id: id(2), ordered: before }));
    expect(answers.map(({ code, reason }) => [code, reason])).toEqual([
      ['command_refused', 'older_than_boot'],
      ['command_done', undefined],
    ]);
  });

  test('it comes again it is obeyed once, in this run and in the next', async () => {
    const commands = run();
    await commands.take(command('locate'));
    await commands.take(command('locate'));
    await run().take(command('locate'));
    expect(actions.asked).toHaveLength(1);
    expect(answers).toHaveLength(1);
    expect(counts.all()['command_repeated']).toBe(2);
  });

  test('the agent ended in the middle the next run says so and does not begin it again', async () => {
    actions.show = () => new Promise(() => undefined);
    void run().take(command('locate'));
    await clock.pass(1);
    expect(answers).toEqual([]);
    await run().take(command('locate'));
    expect(answers).toEqual([{ code: 'command_failed', answers: id(1), reason: 'interrupted' }]);
    run();
    expect(answers).toHaveLength(1);
  });

  test('very many come the newest hundred are remembered, and a damaged note counts as none', async () => {
    const commands = run();
    for (let n = 1; n <= 150; n++) await commands.take(command('locate', { id: id(n) }));
    expect(notes.get('commands')!.split(' ')).toHaveLength(100);
    await run().take(command('locate', { id: id(150) }));
    expect(actions.asked).toHaveLength(150);
    notes.set('commands', '!x 1 ~~ undefined');
    run();
    expect(answers).toHaveLength(150);
  });

  test('the agent stops nothing is begun', async () => {
    const commands = run();
    commands.stop();
    await commands.take(command('locate'));
    expect([answers, notes.size]).toEqual([[], 0]);
  });
});

test('a notice is in both languages and says the seat', () => {
  for (const notice of NOTICES) {
    expect(noticeText(notice, 'Máy 07')).toMatch(/^Máy 07\n.+\n.+$/);
    expect(noticeText(notice, undefined).split('\n')).toHaveLength(2);
  }
});
