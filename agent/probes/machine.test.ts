import { execFile, execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { silentLog } from '../../runtime/log.ts';
import { systemClock } from '../platform/clock.ts';
import { openPlatform } from '../platform/index.ts';
import { parseSmbios } from '../platform/smbios.ts';
import { refusalOf } from '../platform/testing/fits.ts';
import { PROBES } from './index.ts';
import { isNoData, type NoData, type Sample } from './probe.ts';

const LOOP = fileURLToPath(new URL('../platform/testing/sample-loop.ts', import.meta.url));
/** Everything that is asked more often than daily; not what is asked once, at start. */
const LOOPED = PROBES.filter((probe) => probe.intervalSeconds > 0 && probe.intervalSeconds < 86_400).map((probe) => probe.name);

interface Looped {
  readonly samples: Record<string, Sample | NoData>;
  readonly children: readonly string[];
  readonly microsecondsPerRound: number;
}

/** Runs the loop in a process of its own. @param forbidden no program can be started from it */
async function loop(names: readonly string[], forbidden: boolean, times = 4): Promise<Looped> {
  const permission = forbidden ? ['--permission', '--allow-fs-read=*', '--allow-net'] : [];
  const { stdout } = await promisify(execFile)(process.execPath, [...permission, LOOP, String(times), '150', names.join(',')]);
  return JSON.parse(stdout) as Looped;
}

async function sampleTwice(name: string): Promise<Sample> {
  const platform = openPlatform();
  const probe = PROBES.find((one) => one.name === name)!;
  const open = await probe.open({ platform, door: platform.door, clock: systemClock, log: silentLog });
  await open.sample();
  await new Promise((resolve) => setTimeout(resolve, 300));
  const sample = await open.sample();
  await open.close();
  return isNoData(sample) ? {} : sample;
}

const read = (path: string): string => (existsSync(path) ? readFileSync(path, 'utf8') : '');

describe.runIf(process.platform === 'linux')('the probes on this machine', () => {
  it('tell a load of the processors between 0 and 100, and more while they work', async () => {
    const platform = openPlatform();
    const cpu = PROBES.find((probe) => probe.name === 'cpu')!;
    const open = await cpu.open({ platform, door: platform.door, clock: systemClock, log: silentLog });
    await open.sample();
    const until = performance.now() + 500;
    let turns = 0;
    while (performance.now() < until) turns++;
    const sample = await open.sample();
    await open.close();
    expect(turns).toBeGreaterThan(0);
    expect(isNoData(sample)).toBe(false);
    const load = (sample as Sample).metrics?.cpu ?? -1;
    // One processor was kept busy for all of the time but for what others took.
    expect(load).toBeGreaterThan(20 / cpus().length);
    expect(load).toBeLessThanOrEqual(100);
  });

  it('tell the memory of /proc/meminfo', async () => {
    const { metrics } = await sampleTwice('memory');
    const value = (key: string): number => Number(new RegExp(`^${key}: +(\\d+) kB`, 'm').exec(read('/proc/meminfo'))?.[1]) * 1024;
    expect(metrics?.memory_total).toBe(value('MemTotal'));
    const now = (100 * (value('MemTotal') - value('MemAvailable'))) / value('MemTotal');
    expect(Math.abs((metrics?.memory ?? -100) - now)).toBeLessThan(20);
  });

  it('tell the room that df tells', async () => {
    const { metrics } = await sampleTwice('disk');
    const [, , available, percent] = execFileSync('df', ['-B1', '--output=size,used,avail,pcent', '/'], { encoding: 'utf8' })
      .split('\n')[1]!
      .trim()
      .split(/\s+/);
    // df rounds the share up; others write to the disk in between.
    expect(Math.abs((metrics?.disk ?? -100) - Number.parseInt(percent!, 10))).toBeLessThanOrEqual(2);
    expect(Math.abs((metrics?.disk_free ?? 0) - Number(available))).toBeLessThan(2 * 1024 ** 3);
    expect((await statfs('/')).blocks).toBeGreaterThan(0);
  });

  it('see bytes that are written to the disk', async () => {
    const { metrics } = await sampleTwice('disk');
    const hasDisk = /^ *\d+ +\d+ (?:[shv]d[a-z]+|nvme\d+n\d+|mmcblk\d+) /m.test(read('/proc/diskstats'));
    expect(metrics?.disk_write !== undefined).toBe(hasDisk);
    expect(metrics?.disk_write ?? 0).toBeGreaterThanOrEqual(0);
  });

  it('tell the boot the kernel tells', async () => {
    const { boot } = await sampleTwice('boots');
    const id = createHash('sha256').update(read('/proc/sys/kernel/random/boot_id').trim()).digest('hex').slice(0, 16);
    expect(boot?.boot).toBe(id);
    expect(Math.abs((boot?.bootAt ?? 0) - (Date.now() - systemClock.mono()))).toBeLessThan(10_000);
  });

  it('describe the hardware without a name of host or user', async () => {
    const { inventory } = await sampleTwice('inventory');
    expect(inventory?.cpu?.threads).toBe(cpus().length);
    expect(inventory?.memory?.total).toBeGreaterThan(0);
    expect(inventory?.os?.name).toMatch(/\S/);
    expect(refusalOf({ inventory: inventory! })).toBeUndefined();
    const host = read('/proc/sys/kernel/hostname').trim();
    const texts = JSON.stringify(inventory);
    expect(host.length > 3 && texts.includes(host)).toBe(false);
    expect(texts).not.toContain('/');
  });

  it('know of ClamAV exactly when it is here', async () => {
    const { security } = await sampleTwice('antivirus');
    const here = ['/usr/sbin/clamd', '/usr/bin/clamscan', '/usr/bin/freshclam', '/var/lib/clamav'].some((path) => existsSync(path));
    const clamav = security?.antivirus?.find((product) => product.name === 'ClamAV');
    expect(clamav !== undefined).toBe(here);
    const database = ['daily.cvd', 'daily.cld', 'main.cvd', 'main.cld'].some((name) => existsSync(`/var/lib/clamav/${name}`));
    expect(clamav?.definitions !== undefined).toBe(here && database);
  });
});

describe.runIf(process.platform === 'linux')('the loop', () => {
  let looped: Looped;
  beforeAll(async () => {
    looped = await loop(LOOPED, true);
  });

  it('holds every probe but those that are asked once or daily', () => {
    expect(PROBES.filter((probe) => !LOOPED.includes(probe.name)).map((probe) => probe.name)).toEqual([
      'boots',
      'inventory',
      'disk-health',
    ]);
    expect(Object.keys(looped.samples).toSorted()).toEqual(LOOPED.toSorted());
  });

  it('fits the contract', () => {
    expect(Object.values(looped.samples).flatMap((sample) => refusalOf(sample) ?? [])).toEqual([]);
  });

  it('needs no other program: it says as much where starting one is forbidden', async () => {
    const free = await loop(LOOPED, false);
    const shape = (samples: Looped['samples']): unknown =>
      Object.entries(samples).map(([name, sample]) => [
        name,
        isNoData(sample) ? sample.noData : Object.keys({ ...sample, ...sample.metrics }),
      ]);
    expect(shape(looped.samples)).toEqual(shape(free.samples));
    expect(free.children).toEqual([]);
    expect(looped.children).toEqual([]);
  });

  it('while the inventory, which may, is seen to start one, and loses only what that one tells', async () => {
    const free = await loop(['inventory'], false, 1);
    // Where the firmware tells the memory modules (a PC, as root) no program is needed.
    const table = '/sys/firmware/dmi/tables/DMI';
    const told = existsSync(table) && parseSmbios(readFileSync(table)).modules.length > 0;
    expect(free.children.length > 0).toBe(!told);
    const forbidden = await loop(['inventory'], true, 1);
    expect(forbidden.children).toEqual([]);
    expect(refusalOf(forbidden.samples['inventory']!)).toBeUndefined();
    expect((forbidden.samples['inventory'] as Sample).inventory?.cpu?.threads).toBe(cpus().length);
  });
});
