import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Id, type Ledger, openLedger, unheard } from '../../ledger/index.ts';
import { decode } from '../../protocol/decode.ts';
import { parseTopic } from '../../protocol/topics.ts';
import { silentLog } from '../../runtime/log.ts';
import { Metrics } from '../../runtime/metrics.ts';
import { until } from '../../tests/tools/programs.ts';
import { DownSender } from './down-sender.ts';
import { Remote } from './remote.ts';

const NOW = Date.UTC(2026, 10, 21, 1, 0, 0);

let home: string;
let ledger: Ledger;
let device: Id;
let room: Id;
let now: number;
/** What a broker took: kind, retained, and the message. */
let taken: { kind: string; retain: boolean; message: Record<string, unknown> }[];
let answer: (topic: string) => Promise<void>;
let remote: Remote;

beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'labwatch-remote-'));
  ledger = await openLedger(home);
  await ledger.units.import([{ code: 'P1', kind: 'room', name: 'Phòng 1', parentCode: null, zone: null }]);
  room = (await ledger.units.byCode('P1'))!.id;
  const { text } = await ledger.credentials.createToken({ unit: room, class: 'pc-student', expiresAt: NOW + 1, maxUses: 1, at: NOW });
  const fingerprint = { board: 'BOARD-1', macs: [], disks: ['DISK-1'] };
  device = ((await ledger.credentials.enrol({ token: text, fingerprint, name: 'Máy 1', at: NOW })) as { device: Id }).device;
  [now, taken, answer] = [NOW, [], async () => undefined];
  const publish = async (topic: string, payload: Uint8Array, { retain }: { retain: boolean }): Promise<void> => {
    await answer(topic);
    const kind = parseTopic(topic)!.kind as 'config' | 'command';
    const decoded = decode(kind, payload);
    if (!decoded.ok) throw new Error(decoded.detail);
    taken.push({ kind, retain, message: decoded.message as unknown as Record<string, unknown> });
  };
  const clock = { now: () => now };
  const sender = new DownSender({ publish, clock, metrics: new Metrics(), log: silentLog });
  remote = new Remote({ ledger, sender, clock, log: silentLog, lookEveryMs: 5 });
});
afterEach(async () => {
  await remote.stop();
  await ledger.close();
  rmSync(home, { recursive: true, force: true });
});

const by = { at: NOW, who: 'test' };
const present = (online: boolean, presenceAt: number): Promise<void> =>
  ledger.intake.batch((tx) => tx.saveStates([{ ...unheard(device), online, presenceAt, presenceReason: online ? 'connected' : 'lost' }]));
const confirm = (version: number): Promise<void> => ledger.intake.batch((tx) => tx.confirmConfigs([{ device, version, at: now }]));
/** Long enough for several looks. */
const looks = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 150));

test('a configuration is retained, goes out once, and once more for each connection that has not confirmed it', async () => {
  await ledger.settings.save({ unit: room }, { reportMinutes: 2 }, by);
  await remote.start();
  await until('the first', () => taken.length === 1);
  expect(taken[0]).toMatchObject({ kind: 'config', retain: true, message: { version: NOW, reportMinutes: 2 } });
  await looks();
  expect(taken).toHaveLength(1);
  now += 1000;
  await present(true, now);
  await until('the second', () => taken.length === 2);
  await looks();
  expect(taken).toHaveLength(2);
  await confirm(NOW);
  now += 1000;
  await present(true, now);
  await looks();
  expect(taken).toHaveLength(2);
});

test('after a start what is not confirmed goes out again: a broker in memory has forgotten it', async () => {
  await ledger.settings.save({ unit: room }, { reportMinutes: 2 }, by);
  await ledger.settings.issue(NOW, 'all');
  await remote.start();
  await until('it', () => taken.length > 0);
  expect(taken[0]).toMatchObject({ kind: 'config', message: { version: NOW } });
});

test('a broker that takes nothing is asked until it does', async () => {
  let refusals = 0;
  answer = async () => {
    refusals += 1;
    if (refusals < 4) throw new Error('not connected to the broker');
  };
  await present(true, NOW);
  await ledger.settings.save({ unit: room }, { reportMinutes: 2 }, by);
  await ledger.commands.order({ scope: { device }, name: 'locate', ...by });
  await remote.start();
  await until('both', () => taken.length === 2);
  expect(taken.map(({ kind, retain }) => `${kind} ${retain}`).toSorted()).toEqual(['command false', 'config true']);
});

test('a command goes out while its device is connected, again after half a minute, and not after its answer', async () => {
  const { ordered } = (await ledger.commands.order({ scope: { device }, name: 'locate', ...by }))!;
  const [command] = ordered;
  await remote.start();
  await looks();
  expect(taken).toEqual([]);
  await present(true, NOW);
  await until('the first', () => taken.length === 1);
  expect(taken[0]!.message).toMatchObject({ id: command!.id, name: 'locate', notice: 'here', ordered: NOW, expires: NOW + 600_000 });
  await looks();
  expect(taken).toHaveLength(1);
  now += 31_000;
  await until('the second', () => taken.length === 2);
  await ledger.intake.batch((tx) => tx.answerCommands([{ id: command!.id, device, state: 'done', reason: null, findings: [], at: now }]));
  now += 31_000;
  await looks();
  expect(taken).toHaveLength(2);
});

test('what another program writes is seen, a nudge is heard at once, and after stop nothing goes out', async () => {
  await present(true, NOW);
  await remote.start();
  const other = await openLedger(home);
  await other.commands.order({ scope: { unit: room }, name: 'refresh', ...by });
  await other.close();
  await until('it', () => taken.length === 1);
  await remote.stop();
  await ledger.commands.order({ scope: { device }, name: 'refresh', ...by });
  remote.nudge();
  await looks();
  expect(taken).toHaveLength(1);
});
