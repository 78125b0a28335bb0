import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openLedger, type Ledger } from '../../ledger/index.ts';
import { Influxd } from '../tools/influxd.ts';
import { freePort, Hopeless, labwatch, Program, ROOT, tempFolder, until } from '../tools/programs.ts';
import { SPAN, truthOf } from './truth.ts';

const MINUTE_MS = 60_000;
const DAY_MINUTES = 1440;
/** Asia/Ho_Chi_Minh has been UTC+7 without summer time since 1975. */
const ZONE_MINUTES = 7 * 60;

/** A sender of its own with everything it ever promised. */
export class Sender {
  readonly device: string;
  readonly seed: number;
  readonly base: number;
  /** Highest window it said it kept. */
  kept = -1;
  /** Messages in its outbox when it last spoke. */
  waiting = -1;
  readonly #folder: string;
  #program: Program | undefined;

  constructor(options: { device: string; seed: number; base: number; folder: string }) {
    this.device = options.device;
    this.seed = options.seed;
    this.base = options.base;
    this.#folder = options.folder;
  }

  start(rate: number): void {
    const args = [this.#folder, this.seed, this.base, this.kept + 1, rate].map(String);
    this.waiting = -1;
    const program = new Program(process.execPath, [join(ROOT, 'tests/fault/sender.ts'), ...args]);
    this.#program = program;
    let rest = '';
    program.child.stdout!.on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        const [word, number] = line.split(' ');
        if (word === 'kept') this.kept = Math.max(this.kept, Number(number));
        else if (word === 'waiting') this.waiting = Number(number);
      }
    });
  }

  async kill(): Promise<void> {
    await this.#program?.stop('SIGKILL');
    this.check();
  }

  /** @throws Error when the sender died by itself or complained */
  check(): void {
    if ((this.#program?.stderr ?? '') !== '') throw new Hopeless(`the sender complained: ${this.#program?.stderr}`);
  }

  /** Nothing new any more; everything kept is acknowledged. */
  async drain(): Promise<void> {
    await this.kill();
    this.start(0);
    await until(`the outbox of ${this.device} to be acknowledged`, () => this.waiting === 0, 240_000);
    await this.kill();
  }
}

/** The real agent of this machine as a program of its own, and what the ledger knows of it. */
export class RealAgent {
  readonly #home: string;
  readonly #folder: string;
  readonly #device: string;
  #program: Program | undefined;

  constructor(options: { home: string; folder: string; device: string }) {
    this.#home = options.home;
    this.#folder = options.folder;
    this.#device = options.device;
  }

  async start(): Promise<void> {
    this.#program = labwatch(['agent', 'run'], { LABWATCH_HOME: this.#folder, LABWATCH_LOG_FORMAT: 'json' });
  }

  async kill(): Promise<void> {
    await this.#program?.stop('SIGKILL');
  }

  async stop(): Promise<void> {
    await this.#program?.stop('SIGTERM');
  }

  async #ask<T>(question: (ledger: Ledger) => Promise<T>): Promise<T> {
    const ledger = await openLedger(this.#home);
    try {
      return await question(ledger);
    } finally {
      await ledger.close();
    }
  }

  /** Births the ledger has seen followed by a report: one for each start. */
  async reports(): Promise<number> {
    const state = await this.#ask(async (ledger) => (await ledger.devices.states([this.#device])).get(this.#device));
    const { birthAt = null, reportAt = null } = state ?? {};
    if (birthAt !== null && reportAt !== null && reportAt >= birthAt) this.#births.add(birthAt);
    return this.#births.size;
  }
  readonly #births = new Set<number>();

  async lastEnd(): Promise<string | undefined> {
    return this.#ask(async (ledger) => (await ledger.devices.states([this.#device])).get(this.#device)?.birth?.end);
  }

  /** Epoch minutes that are on, in order. */
  async minutesOn(): Promise<number[]> {
    const days = await this.#ask((ledger) => ledger.usage.days(this.#device, '2020-01-01', '2099-01-01'));
    return days.flatMap(({ day, on }) => {
      const first = Date.parse(`${day}T00:00:00Z`) / MINUTE_MS - ZONE_MINUTES;
      return Array.from({ length: DAY_MINUTES }, (_, i) => i)
        .filter((i) => (on[i >> 3]! & (0x80 >> (i & 7))) !== 0)
        .map((i) => first + i);
    });
  }
}

/** Broker, collector and InfluxDB as separate programs, and senders. */
export class Stage {
  readonly home: string;
  readonly influxd: Influxd;
  readonly senders: Sender[] = [];
  readonly #remove: () => void;
  readonly #env: NodeJS.ProcessEnv;
  #broker: Program | undefined;
  #collector: Program | undefined;
  #agent: RealAgent | undefined;

  private constructor(home: string, remove: () => void, influxd: Influxd, env: NodeJS.ProcessEnv) {
    this.home = home;
    this.#remove = remove;
    this.influxd = influxd;
    this.#env = env;
  }

  static async create(devices: number): Promise<Stage> {
    const folder = tempFolder('fault');
    const home = join(folder.path, 'home');
    const influxd = await Influxd.create(join(folder.path, 'influx'));
    const mqtt = await freePort();
    const stage = new Stage(home, folder.remove, influxd, {
      LABWATCH_HOME: home,
      LABWATCH_HTTP_PORT: '0',
      LABWATCH_HTTPS_PORT: '0',
      LABWATCH_MQTT_PORT: String(mqtt),
      LABWATCH_WS_PORT: '0',
      LABWATCH_MQTT_URL: `mqtt://127.0.0.1:${mqtt}`,
      LABWATCH_INFLUX_URL: influxd.url,
      LABWATCH_LOG_FORMAT: 'json',
    });
    mkdirSync(home);
    const ledger = await openLedger(home);
    await ledger.units.import([{ code: 'S1', kind: 'school', name: 'Trường thử', parentCode: null, zone: null }]);
    const unit = (await ledger.units.byCode('S1'))!.id;
    const at = Date.now();
    const { text } = await ledger.credentials.createToken({ unit, class: 'pc-student', expiresAt: at + 3_600_000, maxUses: devices, at });
    const base = Math.floor((at / MINUTE_MS - 50 * DAY_MINUTES) / SPAN) * SPAN;
    for (let i = 0; i < devices; i++) {
      const mac = `00:16:3e:00:00:${i.toString(16).padStart(2, '0')}`;
      const enrolled = await ledger.credentials.enrol({
        token: text,
        name: `Máy ${i}`,
        at,
        fingerprint: { macs: [mac], disks: [`DISK-${i}`] },
      });
      if (enrolled.outcome === 'refused') throw new Error(enrolled.reason);
      const own = join(folder.path, `sender-${i}`);
      mkdirSync(own);
      const credentials = { device: enrolled.device, secret: enrolled.secret, broker: { url: `mqtt://127.0.0.1:${mqtt}` } };
      writeFileSync(join(own, 'credentials.json'), JSON.stringify(credentials), { mode: 0o600 });
      stage.senders.push(new Sender({ device: enrolled.device, seed: 1000 + i, base, folder: own }));
    }
    await ledger.close();
    await influxd.start();
    stage.#broker = labwatch(['broker'], stage.#env);
    await stage.startCollector();
    return stage;
  }

  /** Enrols this machine's own agent. */
  async agent(): Promise<RealAgent> {
    const ledger = await openLedger(this.home);
    const unit = (await ledger.units.byCode('S1'))!.id;
    const at = Date.now();
    const { text } = await ledger.credentials.createToken({ unit, class: 'server', expiresAt: at + 3_600_000, maxUses: 1, at });
    const enrolled = await ledger.credentials.enrol({
      token: text,
      name: 'Máy thật',
      at,
      fingerprint: { macs: ['00:16:3e:ff:ff:01'], disks: ['REAL'] },
    });
    await ledger.close();
    if (enrolled.outcome === 'refused') throw new Error(enrolled.reason);
    const folder = join(this.home, '..', 'real-agent');
    mkdirSync(join(folder, 'agent'), { recursive: true });
    const credentials = { device: enrolled.device, secret: enrolled.secret, broker: { url: this.#env['LABWATCH_MQTT_URL'] } };
    writeFileSync(join(folder, 'agent', 'credentials.json'), JSON.stringify(credentials), { mode: 0o600 });
    this.#agent = new RealAgent({ home: this.home, folder, device: enrolled.device });
    return this.#agent;
  }

  async startCollector(): Promise<void> {
    this.#collector = labwatch(['collector'], this.#env);
    await this.#collector.says(/labwatch collector: http/);
  }

  async killCollector(): Promise<void> {
    await this.#collector?.stop('SIGKILL');
  }

  /** Waits until every sender has kept `more` windows more. */
  async traffic(more: number): Promise<void> {
    const goals = this.senders.map((sender) => sender.kept + more);
    await until('traffic', () => {
      for (const sender of this.senders) sender.check();
      return this.senders.every((sender, i) => sender.kept >= goals[i]!);
    });
  }

  async stop(): Promise<void> {
    for (const sender of this.senders) await sender.kill();
    await this.#agent?.kill();
    await this.#collector?.stop('SIGKILL');
    await this.#broker?.stop();
    await this.influxd.stop('SIGKILL');
    this.#remove();
  }

  /** The spool is empty: InfluxDB has taken everything. */
  async drained(): Promise<void> {
    const ledger = await openLedger(this.home);
    try {
      await until('the spool to be empty', async () => (await ledger.spool.size()).rows === 0, 240_000);
    } finally {
      await ledger.close();
    }
  }

  /** Every promise kept, nothing invented: what is wrong, or an empty list. */
  async verify(): Promise<string[]> {
    const ledger = await openLedger(this.home);
    try {
      const wrong: string[] = [];
      for (const sender of this.senders) wrong.push(...(await wrongMinutes(ledger, sender)), ...(await wrongPoints(this.influxd, sender)));
      const { dead, parked } = await ledger.spool.counts();
      if (dead + parked > 0) wrong.push(`${dead} dead letters, ${parked} parked`);
      return wrong;
    } finally {
      await ledger.close();
    }
  }
}

/** A window that was being kept when the sender was killed may be there or not: nobody was told. */
async function wrongMinutes(ledger: Ledger, sender: Sender): Promise<string[]> {
  const wrong: string[] = [];
  const end = sender.base + (sender.kept + 1) * SPAN;
  const days = new Map((await ledger.usage.days(sender.device, '2020-01-01', '2099-01-01')).map((day) => [day.day, day]));
  for (let minute = sender.base; minute < end; minute++) {
    const local = minute + ZONE_MINUTES;
    const day = new Date(Math.floor(local / DAY_MINUTES) * DAY_MINUTES * MINUTE_MS).toISOString().slice(0, 10);
    const bits = days.get(day);
    const place = local % DAY_MINUTES;
    const truth = truthOf(sender.seed, minute);
    for (const name of ['on', 'active', 'blind'] as const) {
      const bit = ((bits?.[name][place >> 3] ?? 0) & (0x80 >> (place & 7))) !== 0;
      if (bit !== truth[name]) wrong.push(`${sender.device} ${day} minute ${place}: ${name} is ${bit}`);
    }
  }
  const total = [...days.values()].reduce((sum, day) => sum + ones(day.on), 0);
  const most = Array.from({ length: (sender.kept + 2) * SPAN }, (_, i) => truthOf(sender.seed, sender.base + i)).filter(
    (each) => each.on,
  ).length;
  if (total > most) wrong.push(`${sender.device}: ${total} minutes on, of at most ${most}`);
  return wrong.slice(0, 5);
}

const ones = (bits: Uint8Array): number => Array.from(bits).reduce((sum, byte) => sum + byte.toString(2).replaceAll('0', '').length, 0);

async function wrongPoints(influxd: Influxd, sender: Sender): Promise<string[]> {
  const rows = await influxd.query(
    `SELECT on_minutes, active_minutes, blind_minutes FROM report WHERE device = '${sender.device}'`,
    'labwatch',
  );
  const byTime = new Map(rows.map((row) => [Number(row['time']), row]));
  const wrong: string[] = [];
  const sum = { on: 0, active: 0, blind: 0 };
  let since = 0;
  for (let window = 0; window <= sender.kept; window++) {
    const first = sender.base + window * SPAN;
    for (let i = 0; i < SPAN; i++) {
      const truth = truthOf(sender.seed, first + i);
      for (const name of ['on', 'active', 'blind'] as const) sum[name] += Number(truth[name]);
    }
    // What waited long was put together before it was sent: its point stands at the end of the last window of it.
    const row = byTime.get((first + SPAN) * MINUTE_MS);
    if (row === undefined && window < sender.kept) continue;
    for (const name of ['on', 'active', 'blind'] as const) {
      if (row?.[`${name}_minutes`] !== sum[name])
        wrong.push(
          `${sender.device} windows ${since} to ${window}: ${name} ${String(row?.[`${name}_minutes`])} in InfluxDB, ${sum[name]} in truth`,
        );
      sum[name] = 0;
    }
    since = window + 1;
  }
  if (rows.length > sender.kept + 2) wrong.push(`${sender.device}: ${rows.length} points for ${sender.kept + 1} windows`);
  return wrong.slice(0, 5);
}
