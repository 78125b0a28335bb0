import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { silentLog } from '../../runtime/log.ts';
import type { Inventory } from '../../protocol/payloads/index.ts';
import { ManualClock } from '../test-kit/manual-clock.ts';
import { PlayedMachine } from '../test-kit/machine.ts';
import { Counts } from './counts.ts';
import { FactSender } from './fact-sender.ts';
import { Outbox } from './outbox/outbox.ts';
import { ProbeRunner } from './probe-runner.ts';
import { Reporter } from './reporter.ts';

let folder: string;
let outbox: Outbox;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'labwatch-disks-'));
  outbox = new Outbox({ path: join(folder, 'outbox.db'), bounds: { maxMessages: 1e5, maxBytes: 1e8 }, log: silentLog });
  await outbox.start();
});
afterEach(async () => {
  await outbox.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** A run of the agent as far as facts go, on the outbox of the run before. */
function begin(): FactSender {
  const clock = new ManualClock(1_795_244_407_000);
  const counts = new Counts();
  const stamp = () => ({ at: clock.now(), mono: clock.mono(), boot: '0'.repeat(16) });
  const reporter = new Reporter({ outbox, log: silentLog, counts, boot: '0'.repeat(16), own: () => ({}) });
  const { platform } = new PlayedMachine(clock);
  const runner = new ProbeRunner({ probes: [], platform, clock, log: silentLog, tickSeconds: 20, onSample: () => {} });
  const memo = { get: (key: string) => outbox.note(key), set: (key: string, value: string) => outbox.setNote(key, value) };
  const os = { family: 'linux', name: 'Linux', arch: 'x64' } as const;
  return new FactSender({ reporter, runner, counts, log: silentLog, os, seat: undefined, memo, stamp, quiet: () => false, sent: () => {} });
}

const disk = (serial: string, state: 'ok' | 'failing'): Inventory['disks'][number] => ({ kind: 'hdd', serial, health: { state } });
const told = (): (string | undefined)[] =>
  outbox
    .after(0, 100)
    .filter(({ kind }) => kind === 'event')
    .map(({ bytes }) => JSON.parse(Buffer.from(bytes).toString()) as { code: string; component?: string; serial?: string })
    .map(({ code, component, serial }) => `${code} ${component} ${serial}`);

it('a disk that begins to predict its failure is an event, once, over restarts too', () => {
  const first = begin();
  first.take('disk-health', { inventory: { disks: [disk('A123', 'ok'), disk('B123', 'ok')] } });
  expect(told()).toEqual([]);
  first.take('disk-health', { inventory: { disks: [disk('A123', 'failing'), disk('B123', 'ok')] } });
  first.take('disk-health', { inventory: { disks: [disk('A123', 'failing'), disk('B123', 'ok')] } });
  expect(told()).toEqual(['disk_failing disk A123']);
  begin().take('disk-health', { inventory: { disks: [disk('A123', 'failing'), disk('B123', 'failing')] } });
  expect(told()).toEqual(['disk_failing disk A123', 'disk_failing disk B123']);
});

it('a list of disks without their health says nothing of it, and changes nothing', () => {
  const run = begin();
  run.take('disk-health', { inventory: { disks: [disk('A123', 'failing')] } });
  run.take('inventory', { inventory: { disks: [{ kind: 'hdd', serial: 'A123' }] } });
  run.take('disk-health', { inventory: { disks: [disk('A123', 'failing')] } });
  expect(told()).toEqual(['disk_failing disk A123']);
});
