import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { windowsPlatform } from '../../agent/platform/index.ts';
import { memoryDoor, parseMachine } from '../../agent/platform/testing/memory-door.ts';
import { PROBES } from '../../agent/probes/index.ts';
import { until } from '../tools/programs.ts';
import { RemoteRig } from './remote-rig.ts';

let rig: RemoteRig;
beforeEach(async () => void (rig = await RemoteRig.start()));
afterEach(() => rig.stop());

const le = (value: number, bytes: number): number[] => Array.from({ length: bytes }, (_, i) => Math.floor(value / 256 ** i) % 256);

/** One SMBIOS structure (DSP0134): header, formatted area, strings. */
function structure(type: number, area: readonly number[], strings: readonly string[]): Buffer {
  const texts = strings.length === 0 ? Buffer.from([0, 0]) : Buffer.from(`${strings.join('\0')}\0\0`);
  return Buffer.concat([Buffer.from([type, 4 + area.length, type, 0, ...area]), texts]);
}

const SYSTEM = structure(
  1,
  [1, 2, 3, 4, ...Buffer.from('44454c4c420010438031b1c04f333432', 'hex'), 6, 0, 0],
  ['Dell Inc.', 'OptiPlex 3080', 'x', 'ABC1234'],
);
const module = (slot: string, serial: string): Buffer =>
  structure(
    17,
    [...le(0, 4), ...le(64, 2), ...le(64, 2), ...le(4096, 2), 9, 0, 1, 2, 0x1a, ...le(0, 2), ...le(2666, 2), 3, 4, 5, 6, 0],
    [slot, 'BANK 0', 'Samsung', serial, 'tag', 'M378A5143TB2-CTD'],
  );
const BOTH = [module('DIMM1', '35A1B2C3'), module('DIMM2', '35A1B2D4')];

/** STORAGE_DEVICE_DESCRIPTOR and STORAGE_PREDICT_FAILURE of one SATA disk. */
function disk(failing: boolean): string {
  const descriptor = Buffer.concat([Buffer.alloc(40), Buffer.from('ST1000DM010-2EP102\0Z9A1B2C3\0')]);
  descriptor.writeUInt32LE(40, 16);
  descriptor.writeUInt32LE(59, 24);
  descriptor.writeUInt32LE(11, 28);
  const drive = '\\\\.\\PhysicalDrive0';
  return `== control ${drive} 0x2d1400 00\n${descriptor.toString('hex')}\n== control ${drive} 0x2d1100\n0${failing ? '1' : '0'}000000\n`;
}

/** A Windows PC under Deep Freeze, written as text: it starts with an empty data folder every time, and remembers nothing. */
function machine(boot: number, modules: readonly Buffer[], failing = false): string {
  const at = new Date(Date.now() - 60_000).toISOString();
  const event = `<Event xmlns='x'><System><Provider Name='Microsoft-Windows-Kernel-Boot'/><EventID>27</EventID><TimeCreated SystemTime='${at}'/><EventRecordID>${boot}</EventRecordID></System><EventData><Data Name='BootType'>1</Data></EventData></Event>`;
  const table = Buffer.concat([SYSTEM, ...modules, structure(127, [], [])]);
  return `== service DFServ running\n== run wevtutil.exe\n${event}\n== firmware hex\n${table.toString('hex')}\n${disk(failing)}`;
}

async function start(boot: number, modules: readonly Buffer[], failing = false): Promise<string> {
  const platform = windowsPlatform(memoryDoor(parseMachine(machine(boot, modules, failing))));
  const wanted = new Set(['boots', 'inventory', 'disk-health']);
  const probes = PROBES.filter(({ name }) => wanted.has(name));
  const agent = await rig.agent({ name: '07', folder: join(rig.home, `boot-${boot}`), more: { platform, probes } });
  const device = agent.device!;
  const before = (await rig.ledger.devices.states([device])).get(device)?.inventory?.boot;
  await until('an inventory of this boot', async () => {
    const inventory = (await rig.ledger.devices.states([device])).get(device)?.inventory;
    return inventory !== undefined && inventory !== null && inventory.boot !== before && inventory.memory.dimms !== undefined;
  });
  await rig.stopAgent(agent);
  return device;
}

interface Shown {
  readonly troubles: readonly { readonly code: string; readonly what: { readonly vi: string } }[];
  readonly inventory: { readonly data: { readonly disks: readonly { readonly health?: { readonly state: string } }[] } };
}

test('a module that is gone at two starts of a frozen PC is found, with its seat and part; one start is not enough', async () => {
  const shown = async (device: string): Promise<Shown> =>
    (await (await rig.call('GET', `/api/v1/devices/${device}`, { cookie: await rig.login() })).json()) as Shown;
  const device = await start(1, BOTH);
  expect(await start(2, [BOTH[0]!])).toBe(device);
  expect((await shown(device)).troubles.map(({ code }) => code)).not.toContain('memory-missing');
  expect(await start(3, [BOTH[0]!], true)).toBe(device);
  const { troubles, inventory } = await shown(device);
  expect(troubles.find(({ code }) => code === 'memory-missing')?.what.vi).toBe(
    'Máy 07 mất thanh RAM 4 GB (Samsung M378A5143TB2-CTD, S/N 35A1B2D4) ở khe DIMM2.',
  );
  // The disk said so at the same start.
  expect(troubles.map(({ code }) => code)).toContain('disk-failing');
  expect(inventory.data.disks[0]?.health?.state).toBe('failing');
}, 120_000);
