import { readdirSync, readFileSync } from 'node:fs';
import { silentLog } from '../../../runtime/log.ts';
import { PROBES } from '../../probes/index.ts';
import type { NoData, Sample } from '../../probes/probe.ts';
import { systemClock } from '../clock.ts';
import { openPlatform } from '../index.ts';

/**
 * A program for tests: opens the named probes on this machine, samples them a number of times and prints what they said,
 * the children of this process that were ever seen, and what it cost. Run it with `--permission --allow-fs-read=*` and
 * every attempt to start a program fails.
 *
 *     node sample-loop.ts <times> <pause in ms> <probe,probe…>
 */
const [times = '3', pause = '100', names = ''] = process.argv.slice(2);

const children = (): string[] =>
  readdirSync('/proc/self/task').flatMap((task) => readFileSync(`/proc/self/task/${task}/children`, 'utf8').split(' ').filter(Boolean));

const platform = openPlatform();
const context = { platform, door: platform.door, clock: systemClock, log: silentLog };
const chosen = PROBES.filter((probe) => names.split(',').includes(probe.name));
const open = await Promise.all(chosen.map(async (probe) => ({ name: probe.name, probe: await probe.open(context) })));
const seen = new Set<string>();
const samples: Record<string, Sample | NoData> = {};
// A child may start and end while a probe waits.
const look = setInterval(() => {
  for (const child of children()) seen.add(child);
}, 5);
let cpu = process.cpuUsage();
for (let i = 0; i < Number(times); i++) {
  // The first round loads and compiles: what it costs is not what a round costs.
  if (i === 1) cpu = process.cpuUsage();
  for (const { name, probe } of open) {
    const sampling = probe.sample();
    for (const child of children()) seen.add(child);
    samples[name] = await sampling;
    for (const child of children()) seen.add(child);
  }
  if (i + 1 < Number(times)) await new Promise((resolve) => setTimeout(resolve, Number(pause)));
}
const cost = process.cpuUsage(cpu);
clearInterval(look);
for (const { probe } of open) await probe.close();
const microsecondsPerRound = Number(times) > 1 ? (cost.user + cost.system) / (Number(times) - 1) : 0;
process.stdout.write(JSON.stringify({ samples, children: Array.from(seen), microsecondsPerRound }));
