import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ANY_PORTS, freePort, Hopeless, labwatch, Program, ROOT, tempFolder, until } from '../tools/programs.ts';
import { WELCOME } from '../tools/api.ts';

/** Bytes of IP packets in both directions, as the other end of the cable counts them. */
export interface WireCost {
  /** A start with credentials: TCP and TLS handshake, login, birth, first report, inventory, protection, all acknowledged. */
  readonly start: number;
  /** One report and everything it causes; the mean of those that were watched. */
  readonly report: number;
  readonly reports: number;
  /** Eight hours: one start, 96 reports, and hourly what a second message in a report's packet costs, at most. */
  readonly eightHours: number;
}

const ETHERNET_HEADER = 14;
/** A packed presence with its MQTT header and PUBACK; it travels in the packet of a report. */
const PRESENCE = 150;
const HOST = '10.213.77.1';
const GUEST = '10.213.77.2';

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const ip = (...args: string[]): string => execFileSync('ip', args, { encoding: 'utf8' });

/** A network namespace on a cable of its own: nothing but the agent's traffic is on it. Linux, as root. */
export class Namespace {
  readonly name: string;
  readonly #end: string;

  private constructor(name: string) {
    this.name = name;
    this.#end = `${name}h`;
  }

  /** @throws Error when this user or this system cannot */
  static open(): Namespace {
    const space = new Namespace(`lw${process.pid}`);
    const { name } = space;
    const inside = (...args: string[]): string => ip('-n', name, ...args);
    ip('netns', 'add', name);
    try {
      // Segments as they would be on a real cable: one packet each.
      ip('link', 'add', space.#end, 'gso_max_segs', '1', 'type', 'veth', 'peer', 'name', 'eth0', 'netns', name);
      inside('link', 'set', 'eth0', 'gso_max_segs', '1');
      for (const set of [
        (...args: string[]) => ip('link', 'set', space.#end, ...args),
        (...args: string[]) => inside('link', 'set', 'eth0', ...args),
      ]) {
        // No address of IPv6, so that no neighbour discovery is counted.
        set('addrgenmode', 'none');
        set('up');
      }
      ip('addr', 'add', `${HOST}/30`, 'dev', space.#end);
      inside('addr', 'add', `${GUEST}/30`, 'dev', 'eth0');
      inside('link', 'set', 'lo', 'up');
      const mac = (text: string): string => /link\/ether (\S+)/.exec(text)![1]!;
      ip('neigh', 'replace', GUEST, 'lladdr', mac(inside('link', 'show', 'eth0')), 'nud', 'permanent', 'dev', space.#end);
      inside('neigh', 'replace', HOST, 'lladdr', mac(ip('link', 'show', space.#end)), 'nud', 'permanent', 'dev', 'eth0');
    } catch (error) {
      space.close();
      throw error;
    }
    return space;
  }

  /** IP bytes that crossed the cable so far. */
  bytes(): { bytes: number; packets: number } {
    const read = (name: string): number => Number(readFileSync(`/sys/class/net/${this.#end}/statistics/${name}`, 'utf8'));
    const packets = read('rx_packets') + read('tx_packets');
    return { bytes: read('rx_bytes') + read('tx_bytes') - packets * ETHERNET_HEADER, packets };
  }

  run(args: readonly string[], env: NodeJS.ProcessEnv): Program {
    return new Program('ip', ['netns', 'exec', this.name, ...args], env);
  }

  close(): void {
    ip('netns', 'del', this.name);
  }
}

/**
 * Runs the agent over real TLS 1.3 against a real broker and collector and counts outside of both, in real time: `minutes` is rounded up
 * to whole reports. What it cannot watch in that time (96 reports, hourly presence) is multiplied from what it saw.
 * @param agent the program and its first arguments
 */
export async function wireCost(options: { agent: readonly string[]; minutes: number; reportMinutes: number }): Promise<WireCost> {
  const space = Namespace.open();
  const home = tempFolder('wire');
  const own = tempFolder('wire-agent');
  const [mqtts, https] = [await freePort(), await freePort()];
  const up = labwatch(['up', '--no-agent'], {
    ...ANY_PORTS,
    LABWATCH_HOME: home.path,
    LABWATCH_LISTEN: HOST,
    LABWATCH_MQTTS_PORT: String(mqtts),
    LABWATCH_HTTPS_PORT: String(https),
    LABWATCH_BROKER_URL: `mqtts://${HOST}:${mqtts}`,
  });
  let agent: Program | undefined;
  try {
    await up.says(WELCOME);
    const env = {
      LABWATCH_HOME: own.path,
      LABWATCH_SERVER: `https://${HOST}:${https}`,
      LABWATCH_CA: join(home.path, 'tls/ca.crt'),
      LABWATCH_TOKEN: await token(home.path),
      LABWATCH_REPORT_MINUTES: String(options.reportMinutes),
      LABWATCH_LOG_FORMAT: 'json',
    };
    const begin = (): Program => space.run([...options.agent, 'agent', 'run'], env);
    agent = begin();
    await settled(own.path, agent);
    await agent.stop();
    const zero = space.bytes();
    agent = begin();
    await settled(own.path, agent);
    // The goodbye of the run before has long been said; the last acknowledgements are on their way.
    await sleep(2_000);
    const start = space.bytes().bytes - zero.bytes;
    const every = options.reportMinutes * 60_000;
    // Reports leave within ten seconds of their mark.
    const rest = async (): Promise<void> => sleep(every - (Date.now() % every) + 0.6 * every);
    await rest();
    const before = space.bytes();
    const reports = Math.max(1, Math.ceil(options.minutes / options.reportMinutes));
    for (let i = 0; i < reports; i++) await rest();
    const after = space.bytes();
    const report = (after.bytes - before.bytes) / reports;
    process.stderr.write(
      `wire: start ${start} bytes; ${reports} reports: ${report} bytes, ${(after.packets - before.packets) / reports} packets each\n`,
    );
    return { start, report, reports, eightHours: Math.round(start + 96 * report + 8 * PRESENCE) };
  } finally {
    await agent?.stop('SIGKILL');
    await up.stop();
    home.remove();
    own.remove();
    space.close();
  }
}

async function token(home: string): Promise<string> {
  const csv = join(home, 'units.csv');
  writeFileSync(csv, 'code,kind,name,parent,zone\nT1,school,Trường thử,,\n');
  await labwatch(['unit', 'import', csv], { LABWATCH_HOME: home }).ended();
  const made = labwatch(['token', 'create', '--unit', 'T1', '--json'], { LABWATCH_HOME: home });
  await made.ended();
  return /[a-z0-9]{26}\.[A-Za-z0-9_-]+/.exec(made.stdout)![0];
}

/** The first report, hardware and protection are out and acknowledged. */
async function settled(home: string, agent: Program): Promise<void> {
  const began = Date.now();
  await until(
    `an agent that has said everything; it printed: ${agent.stderr}`,
    () => {
      if (agent.child.exitCode !== null) throw new Hopeless(`the agent ended: ${agent.stdout} ${agent.stderr}`);
      const status = JSON.parse(readFileSync(join(home, 'agent/status.json'), 'utf8')) as { at: number; link: string; waiting: number };
      return status.at > began + 12_000 && status.link === 'connected' && status.waiting === 0;
    },
    150_000,
  );
}

if (process.argv[1] === import.meta.filename) {
  const minutes = Number(process.env['WIRE_MINUTES'] ?? 10);
  const reportMinutes = Number(process.env['WIRE_REPORT_MINUTES'] ?? 5);
  const cost = await wireCost({ agent: [process.execPath, join(ROOT, 'bin/labwatch.mjs')], minutes, reportMinutes });
  process.stdout.write(`figure agent.wire_bytes_8h ${cost.eightHours} B\n`);
}
