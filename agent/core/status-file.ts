import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { LinkStatus } from './link/link.ts';
import type { ProbeHealth } from './probe-runner.ts';

/** How the agent is doing; it writes this every minute for `agent status`. Stays on this machine. */
export interface AgentStatus {
  /** When it was written, epoch ms. */
  readonly at: number;
  readonly pid: number;
  readonly version: string;
  readonly running: boolean;
  readonly device?: string;
  readonly link: LinkStatus['state'] | 'enrolling';
  readonly linkError?: string;
  readonly waiting: number;
  readonly dropped: number;
  readonly diskFull: boolean;
  readonly probes: readonly ProbeHealth[];
  readonly counts: Readonly<Record<string, number>>;
}

/** Not synced to disk: it is worth nothing after a crash. @returns whether it could be written */
export function writeStatus(path: string, status: AgentStatus): boolean {
  try {
    writeFileSync(`${path}.new`, JSON.stringify(status), { mode: 0o600 });
    renameSync(`${path}.new`, path);
    return true;
  } catch {
    return false;
  }
}

/** @returns undefined when the agent has never run with this folder */
export function readStatus(path: string): AgentStatus | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as AgentStatus;
  } catch {
    return undefined;
  }
}
