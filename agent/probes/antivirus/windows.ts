import { lastDaily } from '../../platform/windows/daily.ts';
import { numberOf, textOf, type Folders } from '../../platform/windows/values.ts';
import type { Door, Memo, WindowsDoor } from '../probe.ts';
import type { Clock } from '../../platform/clock.ts';
import { parseProvider, type Provider } from './security-center.ts';
import {
  isKnownByName,
  parseEset,
  parseKaspersky,
  parseSignatureUpdates,
  type DefenderEvidence,
  type WindowsEvidence,
} from './windows-products.ts';

const SOFTWARE = 'HKLM\\SOFTWARE';
const PROVIDERS = `${SOFTWARE}\\Microsoft\\Security Center\\Provider\\Av`;
const DEFENDER = `${SOFTWARE}\\Microsoft\\Windows Defender`;
const DEFENDER_POLICY = `${SOFTWARE}\\Policies\\Microsoft\\Windows Defender`;
const ADVANCED_POLICY = `${SOFTWARE}\\Policies\\Microsoft\\Windows Advanced Threat Protection`;
const ESSENTIALS = `${SOFTWARE}\\Microsoft\\Microsoft Antimalware`;
const KASPERSKY = [`${SOFTWARE}\\KasperskyLab\\protected`, `${SOFTWARE}\\WOW6432Node\\KasperskyLab\\protected`];
const ESET = `${SOFTWARE}\\ESET\\ESET Security\\CurrentVersion\\Info`;
const UNINSTALL = [
  `${SOFTWARE}\\Microsoft\\Windows\\CurrentVersion\\Uninstall`,
  `${SOFTWARE}\\WOW6432Node\\Microsoft\\Windows\\CurrentVersion\\Uninstall`,
];

/** Where the variables in paths of products lead on this machine. */
async function readFolders(windows: WindowsDoor): Promise<Folders> {
  const [current, system, profiles] = await Promise.all([
    windows.values(`${SOFTWARE}\\Microsoft\\Windows\\CurrentVersion`),
    windows.values(`${SOFTWARE}\\Microsoft\\Windows NT\\CurrentVersion`),
    windows.values(`${SOFTWARE}\\Microsoft\\Windows NT\\CurrentVersion\\ProfileList`),
  ]);
  const root = textOf(system, 'SystemRoot') ?? 'C:\\Windows';
  const drive = root.slice(0, 2);
  const programs = textOf(current, 'ProgramFilesDir') ?? `${drive}\\Program Files`;
  const data = (textOf(profiles, 'ProgramData') ?? '%SystemDrive%\\ProgramData').replace(/%SystemDrive%/i, drive);
  return new Map([
    ['systemroot', root],
    ['windir', root],
    ['systemdrive', drive],
    ['programfiles', programs],
    ['programw6432', programs],
    ['programfiles(x86)', textOf(current, 'ProgramFilesDir (x86)') ?? `${drive}\\Program Files (x86)`],
    ['programdata', data],
    ['allusersprofile', data],
  ]);
}

/** A key that stays after its product was removed names programs that are gone. Defender's moves with every update. */
async function isThere(door: Door, { programs, defender }: Provider): Promise<boolean> {
  if (defender || programs.length === 0) return true;
  const found = await Promise.all(programs.map((program) => door.stat(program)));
  return found.some((one) => one !== undefined);
}

async function readProviders(door: Door, windows: WindowsDoor): Promise<Provider[]> {
  const [ids, folders] = await Promise.all([windows.keys(PROVIDERS), readFolders(windows)]);
  const read = await Promise.all(
    (ids ?? []).slice(0, 64).map(async (id) => {
      const values = await windows.values(`${PROVIDERS}\\${id}`);
      const provider = values === undefined ? undefined : parseProvider(id, values, folders);
      return provider !== undefined && (await isThere(door, provider)) ? [provider] : [];
    }),
  );
  return read.flat();
}

async function readDefender(windows: WindowsDoor): Promise<DefenderEvidence> {
  const [service, essentials, updates, oldUpdates, realtime, realtimePolicy, policy, own, advanced] = await Promise.all([
    windows.service('WinDefend'),
    windows.service('MsMpSvc'),
    windows.values(`${DEFENDER}\\Signature Updates`),
    windows.values(`${ESSENTIALS}\\Signature Updates`),
    windows.values(`${DEFENDER}\\Real-Time Protection`),
    windows.values(`${DEFENDER_POLICY}\\Real-Time Protection`),
    windows.values(DEFENDER_POLICY),
    windows.values(DEFENDER),
    windows.values(ADVANCED_POLICY),
  ]);
  const set = (values: typeof policy, name: string): boolean => numberOf(values, name) === 1;
  return {
    service: service ?? essentials,
    ...parseSignatureUpdates(updates ?? oldUpdates),
    realtimeOff:
      set(realtime, 'DisableRealtimeMonitoring') ||
      set(realtimePolicy, 'DisableRealtimeMonitoring') ||
      set(policy, 'DisableAntiSpyware') ||
      set(policy, 'DisableAntiVirus'),
    passive: set(own, 'PassiveMode') || set(advanced, 'ForceDefenderPassiveMode'),
  };
}

/** What two products keep of their definitions; the newest of several installations of one. */
async function readMakers(windows: WindowsDoor): Promise<Pick<WindowsEvidence, 'definitions' | 'versions'>> {
  const definitions = new Map<string, { version?: string; at: number }>();
  const versions = new Map<string, string>();
  for (const folder of KASPERSKY) {
    for (const product of ((await windows.keys(folder)) ?? []).slice(0, 32)) {
      const values = await windows.values(`${folder}\\${product}\\Data`);
      const found = values === undefined ? undefined : parseKaspersky(values);
      if (found !== undefined && found.at > (definitions.get('kaspersky')?.at ?? 0)) definitions.set('kaspersky', found);
    }
  }
  const eset = parseEset(await windows.values(ESET));
  if (eset.definitions !== undefined) definitions.set('eset', eset.definitions);
  if (eset.version !== undefined) versions.set('eset', eset.version);
  return { definitions, versions };
}

/** Known products in the list of installed programs; hundreds of keys, so it is read seldom. Other names are forgotten as they are read. */
export async function readInstalled(windows: WindowsDoor): Promise<WindowsEvidence['installed']> {
  const found = new Map<string, { name: string; version?: string }>();
  for (const folder of UNINSTALL) {
    for (const id of ((await windows.keys(folder)) ?? []).slice(0, 2000)) {
      const values = await windows.values(`${folder}\\${id}`);
      const name = textOf(values, 'DisplayName');
      if (name === undefined || !isKnownByName(name)) continue;
      const version = textOf(values, 'DisplayVersion');
      found.set(name.toLowerCase(), version === undefined ? { name } : { name, version });
    }
  }
  return Array.from(found.values());
}

/** Services that start delayed are there by then, on an old disk too. */
const EARLY_MS = 10 * 60_000;

/** Reads the registry and the services; starts nothing. */
export async function readWindowsProducts(
  door: Door,
  windows: WindowsDoor,
  memo: Memo | undefined,
  clock: Clock,
  installed: WindowsEvidence['installed'],
): Promise<WindowsEvidence> {
  const [center, providers, defender, makers] = await Promise.all([
    windows.service('wscsvc'),
    readProviders(door, windows),
    readDefender(windows),
    readMakers(windows),
  ]);
  const daily = lastDaily(memo, clock)?.defender;
  const early = clock.mono() < EARLY_MS;
  return { center, early, providers, defender: daily === undefined ? defender : { ...defender, daily }, ...makers, installed };
}
