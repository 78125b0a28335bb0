import type { SelfTestFinding } from '../../protocol/commands.ts';
import type { AgentStatus } from '../core/status-file.ts';

/** Half an hour of reports at one a minute, and some: the server does not acknowledge. */
const MANY = 60;
const CLOCK_WRONG_MS = 90_000;

/** What is wrong with the agent itself, as codes. Pure. @param serverAhead clock of the server less ours, ms, if it is known */
export function selfTest(status: AgentStatus, serverAhead: number | undefined): SelfTestFinding[] {
  const found: Partial<Record<SelfTestFinding, boolean>> = {
    disk_full: status.diskFull,
    dropping: status.dropped > 0,
    queue_long: status.waiting > MANY,
    clock_wrong: serverAhead !== undefined && Math.abs(serverAhead) > CLOCK_WRONG_MS,
    probe_failing: status.probes.some((probe) => probe.failing),
  };
  return (Object.keys(found) as SelfTestFinding[]).filter((finding) => found[finding]);
}
