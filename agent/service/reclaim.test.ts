import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ownGroup, reclaim } from './reclaim.ts';

const GROUP = '/system.slice/labwatch-agent.service';

test.each([
  ['0::/system.slice/labwatch-agent.service\n', GROUP],
  ['12:memory:/x\n0::/system.slice/labwatch-agent.service\n', GROUP],
  // Shared with everything else that the user runs.
  ['0::/user.slice/user-1000.slice/session-2.scope\n', undefined],
  ['0::/\n', undefined],
  // cgroup v1.
  ['9:memory:/system.slice/labwatch-agent.service\n', undefined],
  ['', undefined],
])('the group of %j is %s', (text, group) => expect(ownGroup(text)).toBe(group));

let root: string;
const at = (...parts: string[]): string => join(root, ...parts);

/** A machine's files as the kernel shows them (cgroup v2). The kernel that runs the tests may not have them. */
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'labwatch-reclaim-'));
  mkdirSync(at('proc/self'), { recursive: true });
  mkdirSync(at('sys/fs/cgroup', GROUP), { recursive: true });
  writeFileSync(at('proc/self/cgroup'), `0::${GROUP}\n`);
  writeFileSync(at('sys/fs/cgroup', GROUP, 'memory.current'), '71303168\n');
});
afterEach(() => rmSync(root, { recursive: true }));

test('asks for all that the unit holds', async () => {
  writeFileSync(at('sys/fs/cgroup', GROUP, 'memory.reclaim'), '');
  expect(await reclaim(root)).toBe(71_303_168);
  expect(readFileSync(at('sys/fs/cgroup', GROUP, 'memory.reclaim'), 'utf8')).toBe('71303168');
});

test('a kernel before 5.19 has no such file, and none is made', async () => {
  expect(await reclaim(root)).toBeUndefined();
});

test('another group than our own is left alone', async () => {
  writeFileSync(at('proc/self/cgroup'), '0::/user.slice\n');
  expect(await reclaim(root)).toBeUndefined();
});

test('on the machine of this test, whatever it has, it does no harm', async () => {
  expect(await reclaim()).toBeUndefined();
});
