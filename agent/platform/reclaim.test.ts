import { expect, test } from 'vitest';
import { reclaim, unifiedCgroup } from './reclaim.ts';

test.each([
  ['0::/system.slice/labwatch-agent.service\n', '/sys/fs/cgroup/system.slice/labwatch-agent.service'],
  ['12:memory:/a\n1:name=systemd:/b\n0::/user.slice/x\n', '/sys/fs/cgroup/user.slice/x'],
  ['0::/\n', undefined],
  ['0::/../../init.scope\n', undefined],
  ['12:memory:/a\n', undefined],
  ['', undefined],
])('the cgroup in %j', (text, expected) => expect(unifiedCgroup(text)).toBe(expected));

test('collects first, so that the system finds what is free', () => {
  const calls: string[] = [];
  const system = (): boolean => calls.push('system') > 0;
  expect(reclaim({ collect: () => calls.push('collect'), system })).toBe(true);
  expect(reclaim({ collect: undefined, system: () => false })).toBe(false);
  expect(calls).toEqual(['collect', 'system']);
});
