import { readdirSync, readFileSync } from 'node:fs';
import { memoryOf } from '../process-cost.ts';

/** A process and everything it started that still runs, as /proc tells it. */
export interface TreeCost {
  /** MB, all processes together. */
  readonly pss: number;
  readonly privateDirty: number;
  /** Seconds of CPU since each began, with those of children that ended and were waited for. */
  readonly cpu: number;
  readonly processes: number;
  readonly threads: number;
}

const CLOCK_TICKS_PER_SECOND = 100; // sysconf(_SC_CLK_TCK)

/** Fields of /proc/<pid>/stat from the third on (proc(5)): state, ppid, … */
const statOf = (pid: number): string[] => readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!.split(' ');

function orNothing<T>(read: () => T, nothing: T): T {
  try {
    return read();
  } catch {
    // It ended in the meantime.
    return nothing;
  }
}

export function treeOf(root: number): number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc').filter((each) => /^\d+$/.test(each))) {
    const parent = orNothing(() => Number(statOf(Number(name))[1]), 0);
    if (parent > 0) parents.set(Number(name), parent);
  }
  const tree = [root];
  // A list that grows while it is walked.
  for (const pid of tree) for (const [child, parent] of parents) if (parent === pid) tree.push(child);
  return tree;
}

const tasksOf = (pid: number): string[] => orNothing(() => readdirSync(`/proc/${pid}/task`), []);

/** Nanoseconds on a processor of every thread (the first number of schedstat), finer than the ticks of stat. */
function cpuOf(pid: number): number {
  const ns = tasksOf(pid).map((task) =>
    orNothing(() => Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ')[0]), 0),
  );
  const waited = orNothing(() => statOf(pid).slice(13, 15), []);
  return ns.reduce((a, b) => a + b, 0) / 1e9 + waited.reduce((a, b) => a + Number(b), 0) / CLOCK_TICKS_PER_SECOND;
}

export function costOf(root: number): TreeCost {
  const pids = treeOf(root);
  const memory = pids.map((pid) => orNothing(() => memoryOf(pid), { pss: 0, privateDirty: 0, rss: 0 }));
  const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);
  return {
    pss: sum(memory.map(({ pss }) => pss)),
    privateDirty: sum(memory.map(({ privateDirty }) => privateDirty)),
    cpu: sum(pids.map(cpuOf)),
    processes: pids.length,
    threads: sum(pids.map((pid) => tasksOf(pid).length)),
  };
}

/** Bytes of IP packets, both ways, on the loopback of the network a process lives in: it counts every packet once. */
export function wireOf(pid: number): number {
  const line = /^\s*lo:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/net/dev`, 'utf8'));
  return Number(line?.[1] ?? Number.NaN);
}
