import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { TestingCollector, until } from '../../agent/test-kit/collector.ts';
import { labwatch, type Program, tempFolder } from '../tools/programs.ts';

const DEVICE = 'abcdefghijklmnopqrstuvwxyz';
const SECRET = 's'.repeat(43);
const cleanUps: (() => Promise<unknown> | void)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp();
});

/** A small disk of its own with the credentials of an enrolled machine on it; undefined where this user may not mount. */
function disk(url: string): { path: string; mount: (options: string) => void } | undefined {
  const folder = tempFolder('read-only');
  cleanUps.push(folder.remove);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'labwatch-test', folder.path], { stdio: 'ignore' });
  } catch {
    return undefined;
  }
  cleanUps.push(() => void execFileSync('umount', ['-l', folder.path]));
  mkdirSync(join(folder.path, 'agent'));
  writeFileSync(join(folder.path, 'agent/credentials.json'), JSON.stringify({ device: DEVICE, secret: SECRET, broker: { url } }), {
    mode: 0o600,
  });
  return { path: folder.path, mount: (options) => void execFileSync('mount', ['-o', `remount,${options}`, folder.path]) };
}

test('a disk that is read-only at the start: the machine reports all the same, and the log says why it keeps nothing', async (context) => {
  const collector = new TestingCollector();
  collector.secret = SECRET;
  await collector.start();
  cleanUps.push(() => collector.kill());
  const at = disk(collector.url);
  if (at === undefined) {
    process.stderr.write('SKIPPED: a read-only disk needs root and mount\n');
    context.skip();
    return;
  }
  at.mount('ro');
  const agent: Program = labwatch(['agent', 'run'], { LABWATCH_HOME: at.path, LABWATCH_SAMPLE_SECONDS: '5', LABWATCH_LOG_FORMAT: 'json' });
  cleanUps.push(() => agent.stop('SIGKILL'));
  await until('a report', () => collector.of('report').length > 0, 60_000);
  expect(collector.of('birth')[0]).toMatchObject({ end: 'unknown' });
  const lines = agent.stderr.split('\n').concat(agent.stdout.split('\n'));
  expect(lines.filter((line) => line.includes('AGENT_OUTBOX'))).toHaveLength(1);
  expect(lines.join('\n')).not.toContain('    at ');
  expect(await agent.stop()).toBe(0);
  // Writable again: the next start keeps its reports.
  at.mount('rw');
  const again = labwatch(['agent', 'run'], { LABWATCH_HOME: at.path, LABWATCH_SAMPLE_SECONDS: '5', LABWATCH_LOG_FORMAT: 'json' });
  cleanUps.push(() => again.stop('SIGKILL'));
  const births = collector.of('birth').length;
  await until('another birth', () => collector.of('birth').length > births, 60_000);
  expect(new Set(collector.of('birth').map(({ stream }) => stream)).size).toBe(2);
  expect(await again.stop()).toBe(0);
  expect(again.stderr + again.stdout).not.toContain('AGENT_OUTBOX');
});
