import { expect, test } from 'vitest';
import type { AgentStatus } from '../core/status-file.ts';
import { selfTest } from './self-test.ts';

const well: AgentStatus = {
  at: 1,
  pid: 1,
  version: '0.1.0',
  running: true,
  link: 'connected',
  waiting: 3,
  dropped: 0,
  diskFull: false,
  probes: [],
  counts: {},
};
const probe = { name: 'x', samples: 1, failures: 1, noData: {}, lastMs: 1, longestMs: 1 };

test.each([
  ['well', {}, 0, []],
  ['well, the clock of the server not known', {}, undefined, []],
  ['a full disk', { diskFull: true }, 0, ['disk_full']],
  ['dropped messages', { dropped: 2 }, 0, ['dropping']],
  ['a long queue', { waiting: 61 }, 0, ['queue_long']],
  ['a clock that is slow', {}, 90_001, ['clock_wrong']],
  ['a clock that is fast', {}, -90_001, ['clock_wrong']],
  ['a probe', { probes: [{ ...probe, failing: true }] }, 0, ['probe_failing']],
  ['a probe that failed once and works', { probes: [{ ...probe, failing: false }] }, 0, []],
  ['several', { diskFull: true, waiting: 999 }, 0, ['disk_full', 'queue_long']],
] as const)('%s', (_what, more, ahead, findings) => expect(selfTest({ ...well, ...more }, ahead)).toEqual(findings));
