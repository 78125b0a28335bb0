import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { LabwatchError } from '../../runtime/errors.ts';
import type { LinkStatus } from './link/link.ts';
import type { ProbeHealth } from './probe-runner.ts';

/** What keeps an agent from its work, in the words of the error catalogue: a line per language. */
export interface Problem {
  readonly code: string;
  readonly en: string;
  readonly vi: string;
}

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
  /** Why it is not enrolled, or why it could not start. */
  readonly problem?: Problem;
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

/** An error as a problem; of one that nobody foresaw only the first line. */
export function problemOf(error: unknown): Problem {
  if (error instanceof LabwatchError) return { code: error.code, en: error.line(), vi: `${error.code}: ${error.vi}` };
  const line = `INTERNAL: ${(error as Error).message.split('\n')[0]}`;
  return { code: 'INTERNAL', en: line, vi: line };
}
