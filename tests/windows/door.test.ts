import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { refusalOf } from '../../agent/platform/testing/fits.ts';
import { parseRegFile } from '../../agent/platform/testing/reg-file.ts';
import { parseSmbios } from '../../agent/platform/smbios.ts';
import { parseInterfaces } from '../../agent/platform/windows/interfaces.ts';
import type { NoData, RegistryValue, Sample } from '../../agent/probes/probe.ts';
import { Bench } from './bench.ts';

let bench: Bench;
beforeAll(async () => {
  bench = await Bench.open();
});
afterAll(() => bench?.close());

/** As `child.ts` prints them. */
const plain = (value: RegistryValue): unknown =>
  typeof value === 'bigint' ? `big ${value}` : value instanceof Uint8Array ? `hex ${Buffer.from(value).toString('hex')}` : value;

const REGISTRY = String.raw`Windows Registry Editor Version 5.00

[HKEY_LOCAL_MACHINE\SOFTWARE\Labwatch test]
@="default"
"Text"="C:\\Program Files\\\"x\".exe"
"Tên"="Phần mềm diệt vi-rút Bkav"
"Number"=dword:00061100
"Largest"=dword:ffffffff
"Big"=hex(b):00,78,3b,3b,9b,78,dd,01
"Bytes"=hex:00,78,3b,3b,9b,78,dd,01
"Nothing"=hex:
"Expand"=hex(2):25,00,50,00,25,00,00,00
"Many"=hex(7):61,00,00,00,62,00,63,00,00,00,00,00
"Empty"=""

[HKEY_LOCAL_MACHINE\SOFTWARE\Labwatch test\{AB}]
"Odd"=hex(4):01,02

[HKEY_LOCAL_MACHINE\SOFTWARE\Labwatch test\{AB}\Khóa]
"a"="b"
`;

describe('the registry', () => {
  it('gives what a .reg file put into it, value by value, as the machines of our tests do', async () => {
    await bench.importRegistry(REGISTRY);
    const expected: Record<string, unknown> = {};
    for (const [path, { values }] of parseRegFile(REGISTRY)) for (const [name, value] of values) expected[`${path} ${name}`] = plain(value);
    expect(Object.keys(expected)).toHaveLength(13);
    expect(await bench.child('registry', 'HKLM\\SOFTWARE\\Labwatch test')).toEqual(expected);
  });
});

interface DoorSeen {
  readonly [name: string]: string | null;
}

describe('the functions of Windows', () => {
  let seen: DoorSeen & { space: { total: number }; services: unknown; missing: unknown; folder: string[]; present: string[] };
  const bytes = (name: string): Buffer => Buffer.from(seen[name] ?? '', 'hex');
  beforeAll(async () => {
    seen = await bench.child('door');
  });

  it('give the firmware in structures that can be read', () => {
    expect(parseSmbios(bytes('firmware'))).toMatchObject({ modules: [] });
    expect(bytes('firmware').length).toBeGreaterThan(40);
  });

  it('give the network interfaces of this machine', () => {
    const loopback = parseInterfaces(bytes('interfaces')).find((one) => one.loopback);
    expect(loopback).toMatchObject({ physical: false });
    const macs = parseInterfaces(bytes('interfaces')).flatMap((one) => one.mac ?? []);
    const cards = readFileSync('/proc/net/dev', 'utf8').matchAll(/^ *([^\s:]+):/gm);
    const real = Array.from(cards, ([, name]) => readFileSync(`/sys/class/net/${name}/address`, 'utf8').trim());
    expect(real).toEqual(expect.arrayContaining(macs));
    expect(macs.length).toBeGreaterThan(0);
  });

  it('give the memory of this machine and times that go on', () => {
    const total = Number(/^MemTotal: +(\d+)/m.exec(readFileSync('/proc/meminfo', 'utf8'))![1]) * 1024;
    expect(Math.abs(Number(bytes('memory').readBigUInt64LE(8)) / total - 1)).toBeLessThan(0.01);
    expect(bytes('times').readBigUInt64LE(8)).toBeGreaterThan(bytes('times').readBigUInt64LE(0));
  });

  it('give disks by control codes, and nothing of other devices', () => {
    expect(bytes('disk').length).toBeGreaterThanOrEqual(36);
    expect(bytes('geometry').length).toBeGreaterThanOrEqual(32);
    expect(seen['otherDevice']).toBeNull();
  });

  it('give services, room and files, and undefined for what is not there', () => {
    expect(seen.services).toEqual({ eventlog: 'running', none: null });
    expect(seen.space.total).toBeGreaterThan(0);
    expect(seen['text']).toContain('[');
    expect(seen.folder).toEqual(expect.arrayContaining(['windows']));
    expect(seen.missing).toEqual([null, null]);
    expect(Array.isArray(seen.present)).toBe(true);
  });

  it('run a program, and end one that is late', () => {
    expect(seen['ran']?.trim()).toBe('xin chao');
    expect(seen['failed']).toBeNull();
    expect(seen['late']).toBeNull();
  });

  it('tell no sessions here: Wine has no WTSSessionInfoEx, so a session is unknown, never none', () => {
    expect(seen['sessions']).toBeNull();
  });
});

describe('what a server may ask for', () => {
  it('reaches the functions of Windows: packets leave, and a notice that is not shown is not called shown', async () => {
    const sleeper = createSocket('udp4');
    sleeper.bind(0, '127.0.0.1');
    await once(sleeper, 'listening');
    const heard = new Promise<string>((resolve) => sleeper.once('message', (packet) => resolve(packet.toString('hex'))));
    const { shown, woken } = await bench.child<{ shown: string; woken: boolean }>('actions', String(sleeper.address().port));
    expect(woken).toBe(true);
    expect(await heard).toBe(`${'ff'.repeat(6)}${'001b21aabbcc'.repeat(16)}`);
    // Wine's WTSSendMessageW is there, does nothing and says so.
    expect(shown).toBe('not_supported');
    sleeper.close();
  });
});

describe('every probe for Windows', () => {
  interface Looped {
    readonly samples: Readonly<Record<string, Sample | NoData>>;
    readonly cost: Readonly<Record<string, number>>;
  }
  const shapeOf = ({ samples }: Looped): unknown =>
    Object.entries(samples).map(([name, sample]) => [
      name,
      'noData' in sample ? sample.noData : Object.keys({ ...sample, ...sample.metrics }),
    ]);

  it('of the loop needs no other program: it says as much where starting one is forbidden', async () => {
    const [free, lone] = [await bench.child<Looped>('loop'), await bench.loneChild<Looped>('loop')];
    expect(Object.keys(free.samples).length).toBeGreaterThan(5);
    expect(shapeOf(lone)).toEqual(shapeOf(free));
    for (const [name, cost] of Object.entries(free.cost)) process.stdout.write(`figure windows.sample.${name} ${cost} us (Wine)\n`);
  });

  it('opens, and says nothing the contract forbids', async () => {
    const { samples, os, fingerprint } = await bench.child<{
      samples: Record<string, Sample>;
      os: object;
      fingerprint: { macs: string[] };
    }>('probes');
    for (const [name, sample] of Object.entries(samples)) expect([name, refusalOf(sample)]).toEqual([name, undefined]);
    expect(samples['cpu']?.metrics?.cpu).toBeGreaterThanOrEqual(0);
    expect(samples['memory']?.metrics?.memory_total).toBeGreaterThan(0);
    expect(samples['disk']?.metrics).toHaveProperty('disk_free');
    expect(samples['network']?.metrics).toHaveProperty('network_received');
    expect(samples['session']).toEqual({ session: { session: 'unknown', idleSeconds: null } });
    expect(samples['temperature']).toEqual({ noData: 'unsupported' });
    expect(os).toEqual({ family: 'windows', name: 'Windows 10 Pro', version: '10.0.19043', arch: 'x64' });
    expect(fingerprint.macs.length).toBeGreaterThan(0);
  });
});
