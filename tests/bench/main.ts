import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { Api, WELCOME } from '../tools/api.ts';
import { ANY_PORTS, labwatch, ROOT, tempFolder } from '../tools/programs.ts';
import { Figures } from './figures.ts';
import { cpuOf, memoryOf } from './process-cost.ts';

/** How long the agent is watched at rest. */
const SECONDS = Number(process.env['BENCH_SECONDS'] ?? 300);
const PASSWORD = 'a-password-for-the-bench';

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Size on the wire of what a browser loads to show the console. */
function consoleSize(figures: Figures): void {
  const folder = join(ROOT, 'dashboards/console/dist');
  const sizes = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(js|css|html)$/.test(entry.name))
    .map((entry) => gzipSync(readFileSync(join(entry.parentPath, entry.name))).length);
  figures.add('console.bundle_gzip', sizes.reduce((a, b) => a + b, 0) / 1000, 'kB');
}

/** From the start of the program to a report of this machine in the API, on an empty data folder. */
async function firstReport(figures: Figures): Promise<void> {
  const home = tempFolder('bench');
  const started = performance.now();
  const up = labwatch(['up'], { ...ANY_PORTS, LABWATCH_HOME: home.path });
  try {
    const [, url, password] = await up.says(WELCOME);
    figures.add('up.ready', (performance.now() - started) / 1000, 's');
    const api = new Api(url!);
    await api.login(password!, PASSWORD);
    await api.firstReport();
    figures.add('up.first_report', (performance.now() - started) / 1000, 's');
  } finally {
    await up.stop();
    home.remove();
  }
}

/** Memory and CPU of the agent in a process of its own, at its default interval. */
async function agentCost(figures: Figures): Promise<void> {
  const home = tempFolder('bench');
  const up = labwatch(['up', '--no-agent'], { ...ANY_PORTS, LABWATCH_HOME: home.path });
  try {
    const [, url] = await up.says(WELCOME);
    const csv = join(home.path, 'units.csv');
    writeFileSync(csv, 'code,kind,name,parent,zone\nT1,school,Trường thử,,\n');
    const unit = labwatch(['unit', 'import', csv], { LABWATCH_HOME: home.path });
    await unit.ended();
    const token = labwatch(['token', 'create', '--unit', 'T1', '--json'], { LABWATCH_HOME: home.path });
    await token.ended();
    const text = /[a-z0-9]{26}\.[A-Za-z0-9_-]+/.exec(token.stdout)?.[0];
    const agent = labwatch(['agent', 'run'], { LABWATCH_HOME: home.path, LABWATCH_SERVER: url, LABWATCH_TOKEN: text });
    try {
      const pid = agent.child.pid!;
      await sleep(60_000);
      const before = { cpu: cpuOf(pid), at: performance.now() };
      await sleep(SECONDS * 1000);
      const seconds = (performance.now() - before.at) / 1000;
      figures.add('source_agent.cpu_start', before.cpu, 's');
      figures.add('source_agent.cpu_per_hour', ((cpuOf(pid) - before.cpu) * 3600) / seconds, 's');
      const memory = memoryOf(pid);
      figures.add('source_agent.pss', memory.pss, 'MB');
      figures.add('source_agent.private_dirty', memory.privateDirty, 'MB');
    } finally {
      await agent.stop();
    }
  } finally {
    await up.stop();
    home.remove();
  }
}

const figures = new Figures();
consoleSize(figures);
await firstReport(figures);
await agentCost(figures);
figures.write('spine');
