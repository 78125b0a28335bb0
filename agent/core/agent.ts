import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Command, Config } from '../../protocol/payloads/index.ts';
import { openHome } from '../../runtime/home.ts';
import type { LabwatchError } from '../../runtime/errors.ts';
import type { Lifecycle } from '../../runtime/lifecycle.ts';
import type { Log } from '../../runtime/log.ts';
import { VERSION } from '../../runtime/version.ts';
import type { Credentials } from '../identity/credentials.ts';
import { mayPass } from '../identity/enrol.ts';
import { Identity } from '../identity/identity.ts';
import type { Clock, Timer } from '../platform/clock.ts';
import type { BootPart, Platform, Probe, Sample } from '../probes/probe.ts';
import type { AgentSettings } from '../settings.ts';
import { Counts } from './counts.ts';
import { FactSender } from './fact-sender.ts';
import { endOf, parseMark, type RunMark } from './last-run.ts';
import { Backoff } from './link/backoff.ts';
import { Link } from './link/link.ts';
import { MinuteBook, type Observed } from './minute-book.ts';
import { Outbox, type Stamp } from './outbox/outbox.ts';
import { ProbeRunner } from './probe-runner.ts';
import { Reporter } from './reporter.ts';
import { Scheduler } from './scheduler.ts';
import { type AgentStatus, writeStatus } from './status-file.ts';
import { joinSeen, type SeenSession, seenOf } from './use.ts';

/** The second look, after which rates are known and the first report leaves. */
const SECOND_LOOK_MS = 2_000;
/** Hardware and protection are read a little later: a machine that has just booted has enough to do. */
const FACTS_AFTER_MS = 3_000;
/** Reports that every agent closes at the same mark leave within this time of it. */
const SPREAD_MS = 10_000;
/** Two ticks, and what a busy machine adds. */
const gapOf = (sampleSeconds: number): number => Math.max(2 * sampleSeconds, 40) * 1000 + 2_000;

export interface AgentOptions {
  readonly settings: AgentSettings;
  readonly log: Log;
  readonly clock: Clock;
  readonly platform: Platform;
  readonly probes: readonly Probe[];
  /** As Math.random. */
  readonly random: () => number;
  /** The process is the agent's alone: its CPU time and memory are the agent's. */
  readonly ownProcess: boolean;
  /** Where the broker is, when it is not where the enrolment said. */
  readonly brokerUrl: string | undefined;
}

/** Watches one machine: samples, keeps the minute book, writes to the outbox, brings it to the collector. */
export class Agent implements Lifecycle {
  readonly #o: AgentOptions;
  readonly #counts = new Counts();
  readonly #home: string;
  readonly #outbox: Outbox;
  readonly #identity: Identity;
  readonly #runner: ProbeRunner;
  readonly #scheduler: Scheduler;
  readonly #book: MinuteBook;
  readonly #timers = new Set<Timer>();
  #reporter: Reporter | undefined;
  #facts: FactSender | undefined;
  #link: Link | undefined;
  #boot: BootPart | undefined;
  #end: ReturnType<typeof endOf> = 'unknown';
  #seen: SeenSession | undefined;
  #config = 0;
  #lastCommand = '';
  #started = false;
  #statusMinute = 0;

  constructor(options: AgentOptions) {
    const { settings, clock, platform, log, probes } = options;
    this.#o = options;
    this.#home = join(settings.home, 'agent');
    const bounds = { maxMessages: settings.outboxDays * 1440, maxBytes: settings.outboxMegabytes * 1024 * 1024 };
    this.#outbox = new Outbox({ path: join(this.#home, 'outbox.db'), bounds, log });
    this.#identity = new Identity({ path: join(this.#home, 'credentials.json'), settings, platform, clock, log });
    const onSample = (probe: Probe, sample: Sample): void => this.#onSample(probe, sample);
    this.#runner = new ProbeRunner({ probes, platform, clock, log, onSample, tickSeconds: settings.sampleSeconds });
    this.#scheduler = new Scheduler({ clock, log, intervalSeconds: settings.sampleSeconds, tick: () => this.#tick() });
    this.#book = new MinuteBook({ gapMs: gapOf(settings.sampleSeconds), reportMinutes: settings.reportMinutes });
  }

  /**
   * Returns when the machine is watched and either enrolled or waiting for a server that does not answer.
   * @throws LabwatchError HOME_UNWRITABLE, AGENT_ALREADY_RUNNING, AGENT_OUTBOX, AGENT_NOT_ENROLLED, AGENT_CREDENTIALS_BROKEN,
   *   and those of Identity.enrol() that trying again cannot mend
   */
  async start(): Promise<void> {
    openHome(this.#home);
    const known = this.#identity.load();
    if (known === undefined && !this.#identity.canEnrol) await this.#identity.enrol();
    this.#started = true;
    try {
      await this.#outbox.start();
      await this.#begin();
      const credentials = known ?? (await this.#enrolOnce());
      if (credentials === undefined) void this.#enrolLater(new Backoff(this.#o.random));
      else await this.#connect(credentials);
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  /** Closes the open window, says goodbye and leaves everything on disk. */
  async stop(reason: 'stopped' | 'shutdown' = 'stopped'): Promise<void> {
    if (!this.#started) return;
    this.#started = false;
    for (const timer of this.#timers) timer.cancel();
    this.#timers.clear();
    await this.#scheduler.stop();
    await this.#runner.stop();
    if (this.#boot !== undefined) {
      this.#take(this.#book.finish(this.#stamp(), { seen: this.#seen?.use.seen ?? false }));
      await this.#link?.stop(reason);
      this.#link = undefined;
      this.#mark(true);
      this.#writeStatus(false);
    }
    await this.#outbox.stop();
  }

  /** Who this is, once it is enrolled. */
  get device(): string | undefined {
    return this.#identity.credentials?.device;
  }

  status(): AgentStatus {
    const link = this.#link?.status();
    const device = this.device;
    return {
      at: this.#o.clock.now(),
      pid: process.pid,
      version: VERSION,
      running: this.#started,
      ...(device === undefined ? {} : { device }),
      link: link?.state ?? 'enrolling',
      ...(link?.error === undefined ? {} : { linkError: link.error }),
      waiting: this.#outbox.size,
      dropped: this.#outbox.dropped,
      diskFull: this.#outbox.full,
      probes: this.#runner.health(),
      counts: this.#counts.all(),
    };
  }

  /** Facts of the boot, what the last run left, and the first look. */
  async #begin(): Promise<void> {
    const { clock, log, platform, settings, random } = this.#o;
    await this.#runner.start();
    await this.#runner.sampleNow(['boot']);
    if (this.#boot === undefined) {
      log.warn('the boot cannot be told from another; this run counts as one of its own');
      this.#boot = { boot: randomBytes(8).toString('hex'), bootAt: Math.max(0, clock.now() - clock.mono()), lastEnd: 'unknown' };
    }
    const { boot } = this.#boot;
    this.#reporter = new Reporter({ outbox: this.#outbox, log, counts: this.#counts, boot, own: () => this.#ownMetrics() });
    const os = await platform.os();
    this.#facts = new FactSender({
      reporter: this.#reporter,
      runner: this.#runner,
      counts: this.#counts,
      log,
      os,
      seat: settings.seat,
      stamp: () => this.#stamp(),
      sent: () => this.#link?.pump(),
    });
    this.#lookBack();
    await this.#sampleUse();
    this.#later(SECOND_LOOK_MS, () => void this.#secondLook());
    this.#later(FACTS_AFTER_MS + random() * FACTS_AFTER_MS, () => void this.#facts?.first());
    await this.#scheduler.start();
  }

  /** How the last run ended, the minutes it kept, the configuration it had. */
  #lookBack(): void {
    const mark = parseMark(this.#outbox.note('run'));
    const replaced = this.#outbox.note('replaced') !== undefined;
    this.#end = endOf(mark, replaced, this.#boot!);
    this.#reporter!.recover(this.#outbox.keptMinutes());
    if (this.#end === 'power') this.#reporter!.event('unclean_shutdown', this.#stamp());
    if (mark !== undefined && mark.version !== VERSION) this.#reporter!.event('agent_updated', this.#stamp());
    this.#mark(false);
    const [version, minutes] = (this.#outbox.note('config') ?? '').split(' ').map(Number);
    if (version !== undefined && version > 0) this.#config = version;
    if (minutes !== undefined && minutes >= 1 && minutes <= 5) this.#book.reportMinutes = minutes;
  }

  #mark(clean: boolean): void {
    this.#outbox.setNote('run', JSON.stringify({ boot: this.#boot!.boot, version: VERSION, clean } satisfies RunMark));
  }

  async #sampleUse(): Promise<Observed> {
    this.#seen = undefined;
    await this.#runner.sampleQuick();
    const seen: SeenSession['use'] = (this.#seen as SeenSession | undefined)?.use ?? { seen: false };
    return this.#take(this.#book.observe(this.#stamp(), seen));
  }

  async #secondLook(): Promise<void> {
    await this.#sampleUse();
    if (!this.#started) return;
    this.#reporter!.claim(this.#book.claim(this.#stamp()), this.#session());
    this.#link?.pump();
    this.#writeStatus(true);
  }

  async #tick(): Promise<void> {
    const { slept } = await this.#sampleUse();
    if (slept) this.#link?.wake();
    if (!this.#outbox.retry()) this.#o.log.debug('the disk still takes nothing');
    const minute = Math.floor(this.#o.clock.now() / 60_000);
    if (minute !== this.#statusMinute) this.#writeStatus(true);
    this.#statusMinute = minute;
    void this.#facts?.due();
  }

  /** Puts what an observation closed into the outbox. */
  #take(observed: Observed): Observed {
    const { closed, ended, clockChange } = observed;
    const stamp = this.#stamp();
    this.#reporter!.windows(closed, this.#session());
    this.#outbox.keepMinutes(stamp.boot, ended);
    if (clockChange !== undefined) {
      const count = Math.min(1_000_000, Math.abs(clockChange));
      this.#reporter!.event('clock_changed', stamp, { since: stamp.at, count });
      this.#o.log.warn({ seconds: clockChange }, 'the clock was set');
    }
    const last = closed.at(-1);
    // Every agent of the province closes a window at this mark.
    if (last !== undefined && (last.minute + last.span) % 5 === 0 && this.#started)
      this.#later(this.#o.random() * SPREAD_MS, () => this.#link?.pump());
    else this.#link?.pump();
    return observed;
  }

  #onSample(probe: Probe, sample: Sample): void {
    if (sample.boot !== undefined) this.#boot ??= sample.boot;
    if (sample.metrics !== undefined) this.#reporter?.metrics(probe.name, sample.metrics);
    if (sample.session !== undefined) this.#seen = joinSeen(this.#seen, seenOf(sample.session, this.#o.clock.now()));
    this.#facts?.take(probe.name, sample);
  }

  #session(): SeenSession['session'] {
    return this.#seen?.session ?? 'unknown';
  }

  #stamp(): Stamp {
    const { clock } = this.#o;
    return { at: clock.now(), mono: clock.mono(), boot: this.#boot!.boot };
  }

  #ownMetrics() {
    const { user, system } = process.cpuUsage();
    const own = this.#o.ownProcess ? { agent_cpu: (user + system) / 1e6, agent_memory: process.memoryUsage.rss() } : {};
    return { agent_queue: this.#outbox.size, ...own };
  }

  #later(ms: number, run: () => void): void {
    const timer = this.#o.clock.after(ms, () => {
      this.#timers.delete(timer);
      run();
    });
    this.#timers.add(timer);
  }

  async #connect(credentials: Credentials): Promise<void> {
    const { clock, random, log, settings } = this.#o;
    this.#link = new Link({
      credentials: this.#reachable(credentials),
      outbox: this.#outbox,
      clock,
      random,
      log,
      counts: this.#counts,
      boot: this.#boot!.boot,
      replayRate: settings.replayRate,
      ackTimeoutMs: settings.ackTimeoutSeconds * 1000,
      birth: () => this.#birth(),
      onConfig: (config) => this.#onConfig(config),
      onCommand: (command) => this.#onCommand(command),
      onRefused: () => this.#onRefused(),
    });
    await this.#link.start();
  }

  #reachable(credentials: Credentials): Credentials {
    const { brokerUrl } = this.#o;
    return brokerUrl === undefined ? credentials : { ...credentials, broker: { ...credentials.broker, url: brokerUrl } };
  }

  #birth(): number | undefined {
    const os = this.#facts!.os;
    const { bootAt } = this.#boot!;
    const zone = Temporal.Now.timeZoneId();
    const body = { agent: VERSION, os, bootAt, end: this.#end, zone, config: this.#config };
    return this.#outbox.append('birth', (facts) => ({ ...body, ...facts }), this.#stamp());
  }

  #onConfig({ version, reportMinutes }: Config): void {
    if (version <= this.#config) return;
    this.#config = version;
    const minutes = reportMinutes ?? this.#o.settings.reportMinutes;
    this.#book.reportMinutes = minutes;
    this.#outbox.setNote('config', `${version} ${minutes}`);
    this.#o.log.info({ version, reportMinutes: minutes }, 'configured by the server');
  }

  #onCommand(command: Command): void {
    const ahead = this.#link?.status().serverAhead ?? 0;
    if (command.expires < this.#o.clock.now() + ahead) this.#counts.add('command_expired');
    else if (command.id === this.#lastCommand) this.#counts.add('command_repeated');
    else {
      this.#lastCommand = command.id;
      void this.#facts?.refresh();
    }
  }

  /** @returns undefined when the server does not answer now */
  async #enrolOnce(): Promise<Credentials | undefined> {
    try {
      return await this.#identity.enrol();
    } catch (error) {
      if (!mayPass(error)) throw error;
      this.#o.log.warn((error as LabwatchError).line());
      return undefined;
    }
  }

  async #enrolLater(backoff: Backoff, said?: string): Promise<void> {
    const pause = Promise.withResolvers<void>();
    this.#later(said === undefined || mayPass({ code: said }) ? backoff.next() : backoff.slow(), pause.resolve);
    await pause.promise;
    if (!this.#started) return;
    try {
      await this.#connect(await this.#identity.enrol());
    } catch (error) {
      const { code } = error as LabwatchError;
      const { log } = this.#o;
      if (code !== said) log.warn(error instanceof Error && 'line' in error ? (error as LabwatchError).line() : String(error));
      await this.#enrolLater(backoff, code);
    }
  }

  async #onRefused(): Promise<Credentials | undefined> {
    if (!this.#identity.canEnrol) return undefined;
    try {
      return this.#reachable(await this.#identity.enrol());
    } catch (error) {
      this.#o.log.warn(error instanceof Error && 'line' in error ? (error as LabwatchError).line() : String(error));
      return undefined;
    }
  }

  #writeStatus(running: boolean): void {
    const status = { ...this.status(), running };
    if (!writeStatus(join(this.#home, 'status.json'), status)) this.#counts.add('status_unwritten');
  }
}
