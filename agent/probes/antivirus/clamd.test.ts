import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { linuxDoor } from '../../platform/linux-door.ts';
import { linuxPlatform } from '../../platform/index.ts';
import { standingClock } from '../../platform/testing/cases.ts';
import { refusalOf } from '../../platform/testing/fits.ts';
import { silentLog } from '../../../runtime/log.ts';
import type { OpenProbe } from '../probe.ts';
import { antivirus } from './probe.ts';

const SOCKET = '/run/clamav/clamd.ctl';
const CLAMD = '/usr/sbin/clamd';
const HEADER = `ClamAV-VDB:20 Nov 2026 16-24 -0500:27800:2067326:90:${'0'.repeat(32)}:${'x'.repeat(40)}:raynman:1795217040`.padEnd(512);

/** A machine in a folder: the files are made up, the socket and what answers on it are real. */
describe.runIf(process.platform === 'linux')('asking clamd over a real socket', () => {
  let root = '';
  let server: Server | undefined;
  let clamd: ChildProcess | undefined;
  const clock = standingClock(Date.UTC(2026, 10, 21));

  const put = (path: string, text: string): void => {
    mkdirSync(join(root, path, '..'), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  const run = (...names: string[]): void => {
    rmSync(join(root, 'proc'), { recursive: true, force: true });
    for (const [i, name] of ['systemd', ...names].entries()) put(`/proc/${i + 1}/comm`, `${name}\n`);
  };
  const open = (): Promise<OpenProbe<'security'>> => {
    const door = linuxDoor(root);
    return antivirus.open({ platform: linuxPlatform(door), door, clock, log: silentLog });
  };
  const products = async (probe: OpenProbe<'security'>): Promise<unknown> => {
    const sample = await probe.sample();
    expect(refusalOf(sample)).toBeUndefined();
    return 'noData' in sample ? sample : sample.security?.antivirus;
  };
  /** clamd(8): a command with prefix z ends with NUL, and so does its answer; outside a session it closes after one. */
  const serve = async (answers: Readonly<Record<string, string | undefined>>): Promise<void> => {
    mkdirSync(join(root, 'run/clamav'), { recursive: true });
    server = createServer((socket) => {
      socket.on('error', () => {});
      socket.on('data', (data) => {
        const answer = answers[data.toString('latin1')];
        if (answer !== undefined) socket.end(answer);
      });
    });
    await new Promise<void>((resolve) => {
      server!.listen(join(root, SOCKET), resolve);
    });
  };

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'labwatch-clamd-'));
    put('/usr/sbin/clamd', '');
  });
  afterEach(async () => {
    if (server !== undefined) await new Promise((resolve) => server!.close(resolve));
    server = undefined;
    if (clamd !== undefined && clamd.exitCode === null) {
      const ended = new Promise((resolve) => clamd!.once('exit', resolve));
      clamd.kill('SIGKILL');
      await ended;
    }
    clamd = undefined;
    rmSync(root, { recursive: true, force: true });
  });

  it('the documented bytes: on, with its engine, and the definitions of the file', async () => {
    await serve({ 'zPING\0': 'PONG\0', 'zVERSION\0': 'ClamAV 1.4.3/27800/Fri Nov 20 23:24:00 2026\0' });
    put('/var/lib/clamav/daily.cld', HEADER);
    run('clamd', 'clamonacc');
    const probe = await open();
    expect(await products(probe)).toEqual([
      {
        name: 'ClamAV',
        version: '1.4.3',
        state: 'on',
        realtime: 'on',
        definitions: { version: '27800', at: 1_795_217_040_000 },
        licence: 'free',
      },
    ]);
    await probe.close();
  });

  it('COMMAND UNAVAILABLE to VERSION: on, the engine is not known', async () => {
    await serve({ 'zPING\0': 'PONG\0', 'zVERSION\0': 'COMMAND UNAVAILABLE\0' });
    run('clamd');
    const probe = await open();
    expect(await products(probe)).toMatchObject([{ name: 'ClamAV', state: 'on', realtime: 'off' }]);
    await probe.close();
  });

  it('a clamd that takes the call and is silent: unknown, after 2 s', async () => {
    await serve({});
    run('clamd');
    const probe = await open();
    const before = performance.now();
    expect(await products(probe)).toMatchObject([{ name: 'ClamAV', state: 'unknown', realtime: 'off' }]);
    expect(performance.now() - before).toBeGreaterThan(1900);
    await probe.close();
  });

  it('something else on the socket is no clamd', async () => {
    await serve({ 'zPING\0': 'HTTP/1.1 400 Bad Request\r\n\r\n' });
    run();
    const probe = await open();
    expect(await products(probe)).toMatchObject([{ name: 'ClamAV', state: 'off', realtime: 'off' }]);
    await probe.close();
  });

  it('a clamd that goes away is noticed at the next sample, not six hours later', async () => {
    await serve({ 'zPING\0': 'PONG\0', 'zVERSION\0': 'ClamAV 1.4.3\0' });
    run('clamd', 'clamonacc');
    const probe = await open();
    expect(await products(probe)).toMatchObject([{ state: 'on', realtime: 'on' }]);
    await new Promise((resolve) => server!.close(resolve));
    server = undefined;
    run();
    clock.advance(900_000);
    expect(await products(probe)).toMatchObject([{ state: 'off', realtime: 'off' }]);
    await probe.close();
  });

  it('clamonacc alone that goes away is noticed within six hours', async () => {
    await serve({ 'zPING\0': 'PONG\0', 'zVERSION\0': 'ClamAV 1.4.3\0' });
    run('clamd', 'clamonacc');
    const probe = await open();
    expect(await products(probe)).toMatchObject([{ realtime: 'on' }]);
    run('clamd');
    clock.advance(900_000);
    expect(await products(probe)).toMatchObject([{ realtime: 'on' }]);
    clock.advance(6 * 3_600_000);
    expect(await products(probe)).toMatchObject([{ realtime: 'off' }]);
    await probe.close();
  });

  // The installed clamd has no official database here: it is given one signature of our own, so that it starts and answers.
  it.runIf(existsSync(CLAMD))('the real clamd', async () => {
    chmodSync(root, 0o755);
    mkdirSync(join(root, 'db'));
    mkdirSync(join(root, 'run/clamav'), { recursive: true });
    writeFileSync(join(root, 'db/own.hdb'), '44d88612fea8a8f36de82e1278abb02f:68:Test.File\n');
    writeFileSync(
      join(root, 'clamd.conf'),
      `LocalSocket ${join(root, SOCKET)}\nDatabaseDirectory ${join(root, 'db')}\nForeground true\nMaxThreads 1\n`,
    );
    clamd = spawn(CLAMD, [`--config-file=${join(root, 'clamd.conf')}`], { stdio: 'ignore' });
    await expect.poll(() => existsSync(join(root, SOCKET)), { timeout: 40_000 }).toBe(true);
    run('clamd');
    const probe = await open();
    expect(await products(probe)).toEqual([
      { name: 'ClamAV', version: expect.stringMatching(/^\d+\.\d+\.\d+/) as string, state: 'on', realtime: 'off', licence: 'free' },
    ]);
    await probe.close();
  });
});
