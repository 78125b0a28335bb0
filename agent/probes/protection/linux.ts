import { endOfSupport } from '../../platform/end-of-support.ts';
import { readOsRelease } from '../../platform/os-release.ts';
import type { Door, SecurityPart } from '../probe.ts';
import { parseUfw, parseUpdatesAvailable } from './parse.ts';

/** systemd keeps a control group for every service that runs; version 2 of the hierarchy first, then version 1. */
const SERVICE_GROUPS = ['/sys/fs/cgroup/system.slice', '/sys/fs/cgroup/systemd/system.slice'];

async function serviceRuns(door: Door, service: string): Promise<boolean> {
  const texts = await Promise.all(SERVICE_GROUPS.map((group) => door.readText(`${group}/${service}/cgroup.procs`)));
  return texts.some((text) => text !== undefined && text.trim() !== '');
}

/**
 * Rules in the kernel (nftables, iptables) can only be listed through netlink as root or by a program. So a firewall is
 * `on` when a known one is switched on, and else unknown: rules may be there all the same.
 */
async function readFirewall(door: Door): Promise<'on' | 'unknown'> {
  const [ufw, firewalld] = await Promise.all([door.readText('/etc/ufw/ufw.conf'), serviceRuns(door, 'firewalld.service')]);
  return firewalld || parseUfw(ufw ?? '') === true ? 'on' : 'unknown';
}

export async function readProtection(door: Door): Promise<SecurityPart> {
  const [firewall, updatesText, os, restart] = await Promise.all([
    readFirewall(door),
    door.readText('/var/lib/update-notifier/updates-available'),
    readOsRelease(door),
    // Debian's and Ubuntu's packages write it; that it is not there says nothing, since others have no such file.
    door.stat('/run/reboot-required'),
  ]);
  const updates = parseUpdatesAvailable(updatesText ?? '');
  const lastDay = endOfSupport(os);
  return {
    firewall,
    ...(updates === undefined ? {} : { updates }),
    ...(restart === undefined ? {} : { restart: true }),
    ...(lastDay === undefined ? {} : { endOfSupport: lastDay }),
  };
}
