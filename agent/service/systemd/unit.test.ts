import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { agentUnit, RUN_FOLDER, unitWord, WATCH_SCRIPT, watchTimer, watchUnit } from './unit.ts';

const golden = (path: string): string => readFileSync(fileURLToPath(new URL(`cases/${path}`, import.meta.url)), 'utf8');

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'labwatch-unit-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const INSTALLED = {
  command: ['/opt/labwatch/labwatch-agent', 'service', '--config', '/etc/labwatch/agent.toml'],
  home: '/var/lib/labwatch',
  stateDirectory: true,
  executable: '/opt/labwatch/labwatch-agent',
};
const FROM_SOURCES = {
  command: ['/srv/lab watch/node', '/srv/lab watch/100%/bin/labwatch.mjs', 'agent', 'service', '--config', '/etc/labwatch/agent.toml'],
  home: '/srv/lab data',
  stateDirectory: false,
};

describe('the units', () => {
  test('are as recorded', () => {
    expect(agentUnit(INSTALLED)).toBe(golden('installed/labwatch-agent.service'));
    expect(watchUnit()).toBe(golden('installed/labwatch-agent-watch.service'));
    expect(watchTimer()).toBe(golden('installed/labwatch-agent-watch.timer'));
    expect(agentUnit(FROM_SOURCES)).toBe(golden('from-sources/labwatch-agent.service'));
  });

  test('hold no hard limit of memory', () => {
    expect(agentUnit(INSTALLED)).not.toMatch(/^Memory(Max|High)=/m);
  });

  test.each([
    ['/opt/labwatch/labwatch-agent', '/opt/labwatch/labwatch-agent'],
    ['/srv/lab watch/node', '"/srv/lab watch/node"'],
    ['100%', '100%%'],
    ['$HOME', '$$HOME'],
    ['a"b\\c', '"a\\"b\\\\c"'],
    ['', '""'],
  ])('the word %j is written %s', (word, written) => expect(unitWord(word)).toBe(written));

  test('are what systemd understands', () => {
    // verify looks for the program; /bin/true stands for it.
    writeFileSync(join(folder, 'labwatch-agent.service'), agentUnit({ ...INSTALLED, command: ['/bin/true', 'service'] }));
    writeFileSync(join(folder, 'labwatch-agent-watch.service'), watchUnit());
    writeFileSync(join(folder, 'labwatch-agent-watch.timer'), watchTimer());
    const units = ['labwatch-agent.service', 'labwatch-agent-watch.service', 'labwatch-agent-watch.timer'].map((unit) =>
      join(folder, unit),
    );
    const verified = spawnSync('systemd-analyze', ['verify', ...units], { encoding: 'utf8' });
    expect(`${verified.stdout}${verified.stderr}`.split('\n').filter((line) => line.includes('labwatch'))).toEqual([]);
    expect(verified.status).toBe(0);
    // 0 is the least exposed, 10 the most (systemd-analyze(1), security); a service without any of it has 9.6.
    const judged = execFileSync('systemd-analyze', ['security', '--offline=true', '--no-pager', units[0]!], { encoding: 'utf8' });
    expect(Number(/exposure level for [^:]*: ([\d.]+)/.exec(judged)?.[1])).toBeLessThan(4);
  });

  test('would be refused with a planted mistake', () => {
    const unit = join(folder, 'labwatch-agent.service');
    writeFileSync(unit, agentUnit({ ...INSTALLED, command: ['/bin/true'] }).replace('ProtectSystem=strict', 'ProtectSystem=very'));
    const { stdout, stderr } = spawnSync('systemd-analyze', ['verify', unit], { encoding: 'utf8' });
    expect(stdout + stderr).toMatch(/labwatch-agent\.service:\d+: .*very/);
  });
});

describe('the watch, run by a real shell', () => {
  const alive = (): string => join(folder, 'run', 'alive');
  const calls = (): string => (existsSync(join(folder, 'calls')) ? readFileSync(join(folder, 'calls'), 'utf8') : '');

  /** The script as the unit runs it, on another folder, with a systemctl that only writes down what it is told. */
  function look(): number | null {
    const bin = join(folder, 'bin');
    mkdirSync(bin, { recursive: true });
    writeFileSync(join(bin, 'systemctl'), `#!/bin/sh\necho "$@" >>'${folder}/calls'\n`);
    chmodSync(join(bin, 'systemctl'), 0o755);
    const script = WATCH_SCRIPT.replaceAll(RUN_FOLDER, join(folder, 'run'));
    return spawnSync('/bin/sh', ['-c', script], { env: { PATH: `${bin}:/usr/bin:/bin` } }).status;
  }

  test('leaves an agent alone that counts on, and restarts one that stands still', () => {
    mkdirSync(join(folder, 'run'));
    expect(look()).toBe(0);
    for (const count of ['7-1', '7-6', '7-11']) {
      writeFileSync(alive(), `${count}\n`);
      expect(look()).toBe(0);
    }
    expect(calls()).toBe('');
    expect(look()).toBe(0);
    expect(calls()).toBe('restart labwatch-agent.service\n');
  });

  test('does nothing when no agent runs', () => {
    expect(look()).toBe(0);
    expect(calls()).toBe('');
  });
});
