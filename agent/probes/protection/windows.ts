import { parseProductState } from '../antivirus/security-center.ts';
import { windowsEndOfSupport } from '../../platform/windows/end-of-support.ts';
import { numberOf } from '../../platform/windows/values.ts';
import { readWindowsVersion } from '../../platform/windows/version.ts';
import { defined } from '../../platform/clean.ts';
import type { Door, SecurityPart, WindowsDoor } from '../probe.ts';

const RULES = 'HKLM\\SYSTEM\\CurrentControlSet\\Services\\SharedAccess\\Parameters\\FirewallPolicy';
const POLICIES = 'HKLM\\SOFTWARE\\Policies\\Microsoft\\WindowsFirewall';
const OTHERS = 'HKLM\\SOFTWARE\\Microsoft\\Security Center\\Provider\\Fw';
const UPDATE = 'HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\WindowsUpdate\\Auto Update';
const SERVICING = 'HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Component Based Servicing';
/** The profiles of a machine without a domain: private networks, and all others. */
const PROFILES = ['StandardProfile', 'PublicProfile'];

/** A policy comes before what was set by hand. */
async function profileOn(windows: WindowsDoor, profile: string): Promise<boolean | undefined> {
  const [policy, own] = await Promise.all([windows.values(`${POLICIES}\\${profile}`), windows.values(`${RULES}\\${profile}`)]);
  const value = numberOf(policy, 'EnableFirewall') ?? numberOf(own, 'EnableFirewall');
  return value === undefined ? undefined : value !== 0;
}

/** Another product's firewall that the Security Center has as on. It registers there when it takes over from Windows. */
async function otherOn(windows: WindowsDoor): Promise<boolean> {
  if ((await windows.service('wscsvc')) !== 'running') return false;
  const ids = ((await windows.keys(OTHERS)) ?? []).slice(0, 32);
  const states = await Promise.all(ids.map(async (id) => numberOf(await windows.values(`${OTHERS}\\${id}`), 'STATE')));
  return states.some((state) => state !== undefined && parseProductState(state).state === 'on');
}

async function readFirewall(windows: WindowsDoor): Promise<SecurityPart['firewall']> {
  const [service, other, ...profiles] = await Promise.all([
    windows.service('MpsSvc'),
    otherOn(windows),
    ...PROFILES.map((profile) => profileOn(windows, profile)),
  ]);
  if (other) return 'on';
  if (service === 'stopped' || profiles.includes(false)) return 'off';
  return service === 'running' && profiles.every((on) => on === true) ? 'on' : 'unknown';
}

/** These keys are there while updates wait for a restart, and else not. @returns undefined where their parents cannot be read */
async function readRestart(windows: WindowsDoor): Promise<boolean | undefined> {
  const [update, servicing] = await Promise.all([windows.keys(UPDATE), windows.keys(SERVICING)]);
  if (update === undefined && servicing === undefined) return undefined;
  return (update?.includes('RebootRequired') ?? false) || (servicing?.includes('RebootPending') ?? false);
}

export async function readWindowsProtection(door: Door, windows: WindowsDoor): Promise<SecurityPart> {
  const [firewall, restart, version] = await Promise.all([readFirewall(windows), readRestart(windows), readWindowsVersion(door)]);
  return defined({ firewall: firewall ?? ('unknown' as const), restart, endOfSupport: windowsEndOfSupport(version) });
}
