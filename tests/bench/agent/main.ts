import { execFileSync } from 'node:child_process';
import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openLedger } from '../../../ledger/index.ts';
import { agentExecutable } from '../../tools/executable.ts';
import { ANY_PORTS, labwatch, type Program, ROOT, tempFolder, until } from '../../tools/programs.ts';
import { Figures } from '../figures.ts';
import { PEERS } from './peers.ts';
import { costOf, type TreeCost, treeOf, wireOf } from './process-tree.ts';
import { countExecs, MemoryGroup, Network } from './stage.ts';

/** The agent beside programs that do a like work, all at the same time, each in a network of its own. docs/package.md tells how it measures. */
const SECONDS = Number(process.env['BENCH_SECONDS'] ?? 600);
/** Until everything has started, the agent has read the hardware and its memory was given back. */
const SETTLE_MS = 60_000;
const RECLAIM_MS = 22_000;
const EIGHT_HOURS = 8 * 3600;
const [HTTPS, MQTTS] = ['18443', '18883'];

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const say = (text: string): void => void process.stderr.write(`${text}\n`);

interface Contestant {
  readonly name: string;
  readonly program: Program;
  readonly counterpart: Program | undefined;
}

const undo: (() => Promise<unknown> | void)[] = [];

function folderFor(name: string): string {
  const { path, remove } = tempFolder(`bench-${name}`);
  undo.push(remove);
  return path;
}

function networkFor(name: string): Network {
  const network = new Network(name);
  undo.push(() => network.remove());
  return network;
}

function stopLater(program: Program): Program {
  undo.push(() => program.stop('SIGTERM'));
  return program;
}

async function command(args: readonly string[], home: string): Promise<string> {
  const program = labwatch(args, { LABWATCH_HOME: home });
  if ((await program.ended()) !== 0) throw new Error(program.stderr);
  return program.stdout;
}

/** A copy whose pages nobody has in memory yet, so that they are counted as its own, as on a PC that was just switched on. */
async function ownCopy(folder: string): Promise<string> {
  const file = join(folder, 'labwatch-agent');
  copyFileSync(await agentExecutable(), file);
  execFileSync('sync', [file]);
  execFileSync('dd', [`of=${file}`, 'oflag=nocache', 'conv=notrunc,fdatasync', 'count=0'], { stdio: 'ignore' });
  return file;
}

/** The packaged agent with a real server over TLS in one network. @returns it and the seconds from its start to its first report */
async function startAgent(group: MemoryGroup | undefined): Promise<{ contestant: Contestant; seconds: number }> {
  const [home, pc] = [folderFor('school'), folderFor('pc')];
  const network = networkFor('agent');
  const ports = { ...ANY_PORTS, LABWATCH_HTTPS_PORT: HTTPS, LABWATCH_MQTTS_PORT: MQTTS };
  const up = stopLater(
    network.start(process.execPath, [join(ROOT, 'bin/labwatch.mjs'), 'up', '--no-agent'], { ...ports, LABWATCH_HOME: home }),
  );
  await up.says(/labwatch: http/);
  const csv = join(home, 'units.csv');
  writeFileSync(csv, 'code,kind,name,parent,zone\nP1,room,Phòng Tin học 1,,\n');
  await command(['unit', 'import', csv], home);
  const { token } = JSON.parse(await command(['token', 'create', '--unit', 'P1', '--json'], home)) as { token: string };
  const file = await ownCopy(pc);
  const env = {
    LABWATCH_HOME: join(pc, 'home'),
    LABWATCH_SERVER: `https://127.0.0.1:${HTTPS}`,
    LABWATCH_CA: join(home, 'tls/ca.crt'),
    LABWATCH_TOKEN: token,
  };
  const ledger = await openLedger(home);
  try {
    const started = performance.now();
    const program = stopLater(network.start(file, ['run'], env, group));
    await until(`the first report; it said: ${program.stderr}`, async () => {
      const id = (await ledger.devices.list({ limit: 1 }))[0]?.id;
      return id !== undefined && ((await ledger.devices.states([id])).get(id)?.reportAt ?? null) !== null;
    });
    return { contestant: { name: 'agent', program, counterpart: undefined }, seconds: (performance.now() - started) / 1000 };
  } finally {
    await ledger.close();
  }
}

function startPeers(): Contestant[] {
  return PEERS.map(({ name, file, prepare, counterpart }) => {
    const network = networkFor(name);
    const program = stopLater(network.start(file, prepare(folderFor(name))));
    const other = stopLater(network.start(process.execPath, [join(ROOT, 'tests/bench/agent/counterpart.ts'), ...counterpart]));
    return { name, program, counterpart: other };
  });
}

interface Reading {
  readonly cost: TreeCost;
  readonly wire: number;
  readonly at: number;
}
const read = ({ program }: Contestant): Reading => ({
  cost: costOf(program.child.pid!),
  wire: wireOf(program.child.pid!),
  at: performance.now(),
});

function tell(figures: Figures, { name }: Contestant, before: Reading, after: Reading, execs: number): void {
  const seconds = (after.at - before.at) / 1000;
  figures.add(`${name}.pss`, after.cost.pss, 'MB');
  figures.add(`${name}.private_dirty`, after.cost.privateDirty, 'MB');
  figures.add(`${name}.cpu_per_hour`, ((after.cost.cpu - before.cost.cpu) * 3600) / seconds, 's');
  // What the start cost, and the rest of eight hours as the window was.
  figures.add(`${name}.wire_bytes_8h`, Math.round(before.wire + ((after.wire - before.wire) * EIGHT_HOURS) / seconds), 'B');
  figures.add(`${name}.processes`, after.cost.processes, 'count');
  figures.add(`${name}.threads`, after.cost.threads, 'count');
  figures.add(`${name}.execve`, execs, 'count');
}

async function bench(): Promise<void> {
  const figures = new Figures();
  const group = MemoryGroup.make();
  if (group === undefined) say('NO RECLAIM: no control group of memory can be made here; the memory of the agent is what it was before');
  else {
    say(`the memory of the agent is given back through ${group.how}`);
    undo.push(() => group.remove());
  }
  const { contestant: agent, seconds } = await startAgent(group);
  const started = performance.now() - seconds * 1000;
  const all = [agent, ...startPeers()];
  await sleep(RECLAIM_MS - (performance.now() - started));
  group?.reclaim();
  await sleep(SETTLE_MS - (performance.now() - started));
  const ended = all.find(({ program }) => program.child.exitCode !== null);
  if (ended !== undefined) throw new Error(`${ended.name} ended: ${ended.program.stderr.slice(-500)}`);
  const before = all.map(read);
  say(`measuring ${all.map(({ name }) => name).join(', ')} for ${SECONDS} s`);
  await sleep(SECONDS * 1000);
  const after = all.map(read);
  // Apart, because a traced program is slower.
  const execs: number[] = [];
  const looks = all.map(async ({ program }, i) => (execs[i] = await countExecs(treeOf(program.child.pid!), Math.min(60, SECONDS))));
  await Promise.all(looks);
  for (const [i, each] of all.entries()) tell(figures, each, before[i]!, after[i]!, execs[i]!);
  figures.add('agent.enrol_to_report', seconds, 's');
  for (const { name, counterpart } of all)
    if (counterpart !== undefined) say(`${name}: ${counterpart.stdout.trim().split('\n').at(-1) ?? ''}`);
  figures.write('agent');
}

async function cleanUp(): Promise<void> {
  for (const step of undo.splice(0).toReversed()) {
    try {
      await step();
    } catch (error) {
      say(`cleaning up: ${(error as Error).message}`);
    }
  }
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void cleanUp().then(() => process.exit(130)));
try {
  await bench();
} catch (error) {
  say(`bench-agent: ${(error as Error).message}`);
  process.exitCode = 1;
} finally {
  await cleanUp();
}
