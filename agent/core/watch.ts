import { randomBytes } from 'node:crypto';
import { inHours, type DeviceSettings } from '../../protocol/device-settings.ts';
import type { Birth } from '../../protocol/payloads/index.ts';
import { compareVersions } from '../../protocol/version.ts';
import type { Lifecycle } from '../../runtime/lifecycle.ts';
import type { Log } from '../../runtime/log.ts';
import { VERSION } from '../../runtime/version.ts';
import type { Clock, Timer } from '../platform/clock.ts';
import type { BootPart, Memo, MetricsPart, Platform, Probe, Sample } from '../probes/probe.ts';
import type { AgentSettings } from '../settings.ts';
import type { Counts } from './counts.ts';
import { FactSender } from './fact-sender.ts';
import { endOf, type Gap, gapsOf, parseMark, type RunMark } from './last-run.ts';
import { MINUTE_MS, MinuteBook, type Observed } from './minute-book.ts';
import type { Body, Outbox, Stamp } from './outbox/outbox.ts';
import { type ProbeHealth, ProbeRunner } from './probe-runner.ts';
import { Reporter } from './reporter.ts';
import { Scheduler } from './scheduler.ts';
import { joinSeen, type SeenSession, seenOf } from './use.ts';
import { zoneName } from './zone.ts';

/** The second look, after which rates are known and the first report leaves. */
const SECOND_LOOK_MS = 2_000;
/** Hardware and protection are read a little later: a machine that has just booted has enough to do. */
const FACTS_AFTER_MS = 3_000;
/** Reports that every agent closes at the same mark leave within this time of it. */
const SPREAD_MS = 10_000;
/** Two ticks, and what a busy machine adds. */
const gapOf = (sampleSeconds: number): number => Math.max(2 * sampleSeconds, 40) * 1000 + 2_000;

export interface WatchOptions {
  readonly settings: AgentSettings;
  readonly outbox: Outbox;
  readonly log: Log;
  readonly counts: Counts;
  readonly clock: Clock;
  readonly platform: Platform;
  readonly probes: readonly Probe[];
  /** Address of the broker, once it is known. */
  readonly broker?: () => string | undefined;
  /** As Math.random. */
  readonly random: () => number;
  /** The process is the agent's alone: its CPU time and memory are the agent's. */
  readonly ownProcess: boolean;
  /** Something was put into the outbox. */
  readonly onStored: () => void;
  /** The machine slept. */
  readonly onSlept: () => void;
  /** Once a minute, and after the first report. */
  readonly onMinute: () => void;
}

/** Looks at the machine, keeps the minute book and writes what it sees into the outbox, whether or not anybody listens. */
export class Watch implements Lifecycle {
  readonly #o: WatchOptions;
  readonly #runner: ProbeRunner;
  readonly #scheduler: Scheduler;
  readonly #book: MinuteBook;
  readonly #timers = new Set<Timer>();
  #reporter: Reporter | undefined;
  #facts: FactSender | undefined;
  #boot: BootPart | undefined;
  #os: Birth['os'] | undefined;
  #end: Birth['end'] = 'unknown';
  #seen: SeenSession | undefined;
  #quietHours: DeviceSettings['quietHours'];
  #started = false;
  #minute = 0;
  /** What probes keep over restarts lies beside the reports. */
  readonly #memo: Memo = {
    get: (key) => this.#o.outbox.note(`memo.${key}`),
    set: (key, value) => this.#o.outbox.setNote(`memo.${key}`, value),
  };

  constructor(options: WatchOptions) {
    const { settings, clock, platform, log, probes } = options;
    this.#o = options;
    const onSample = (probe: Probe, sample: Sample): void => this.#onSample(probe, sample);
    this.#runner = new ProbeRunner({
      probes,
      platform,
      clock,
      log,
      onSample,
      memo: this.#memo,
      broker: () => this.#o.broker?.(),
      tickSeconds: settings.sampleSeconds,
    });
    this.#scheduler = new Scheduler({ clock, log, intervalSeconds: settings.sampleSeconds, tick: () => this.#tick() });
    this.#book = new MinuteBook({ gapMs: gapOf(settings.sampleSeconds), reportMinutes: settings.reportMinutes });
  }

  /** The outbox must be open. Returns after the first look. */
  async start(): Promise<void> {
    const { clock, log, platform, settings, random, outbox, counts } = this.#o;
    this.#started = true;
    await this.#runner.start();
    await this.#runner.sampleNow(['boot']);
    if (this.#boot === undefined) {
      log.warn('this boot cannot be told from another; the run counts as a boot of its own');
      this.#boot = { boot: randomBytes(8).toString('hex'), bootAt: Math.max(0, clock.now() - clock.mono()), lastEnd: 'unknown' };
    }
    this.#os = await platform.os();
    this.#reporter = new Reporter({ outbox, log, counts, boot: this.#boot.boot, own: () => this.#ownMetrics() });
    this.#facts = new FactSender({
      reporter: this.#reporter,
      runner: this.#runner,
      counts,
      log,
      os: this.#os,
      seat: settings.seat,
      memo: this.#memo,
      stamp: () => this.stamp(),
      sent: this.#o.onStored,
      quiet: () => this.quiet,
    });
    this.#lookBack();
    await this.#look();
    this.#later(SECOND_LOOK_MS, () => this.#detached(this.#secondLook()));
    this.#later(FACTS_AFTER_MS + random() * FACTS_AFTER_MS, () => this.#detached(this.refresh()));
    await this.#scheduler.start();
  }

  /** Closes the open window and puts it into the outbox. `off`: the machine goes off too. */
  async stop(off = false): Promise<void> {
    if (!this.#started) return;
    this.#started = false;
    for (const timer of this.#timers) timer.cancel();
    this.#timers.clear();
    this.#facts?.stop();
    await this.#scheduler.stop();
    await this.#runner.stop();
    if (this.#reporter === undefined) return;
    this.#take(this.#book.finish(this.stamp(), { seen: this.#seen?.use.seen ?? false }));
    this.#mark(true, off);
  }

  /** Both clocks and the boot, read now. */
  stamp(): Stamp {
    const { clock } = this.#o;
    return { at: clock.now(), mono: clock.mono(), boot: this.#boot!.boot };
  }

  /** What a birth tells of this machine and its last run. */
  birth(): Pick<Birth, 'agent' | 'os' | 'bootAt' | 'start' | 'end' | 'zone'> {
    const { bootAt, start } = this.#boot!;
    const zone = zoneName(Temporal.Now.timeZoneId());
    return { agent: VERSION, os: this.#os!, bootAt, ...(start === undefined ? {} : { start }), end: this.#end, zone };
  }

  /** Settings of the server, in force at once; what it leaves out is as this machine was told. */
  configure(given: DeviceSettings): void {
    const { settings } = this.#o;
    const seconds = given.sampleSeconds ?? settings.sampleSeconds;
    this.#book.reportMinutes = given.reportMinutes ?? settings.reportMinutes;
    this.#book.gapMs = gapOf(seconds);
    this.#runner.tickSeconds = seconds;
    this.#scheduler.intervalSeconds = seconds;
    this.#quietHours = given.quietHours;
  }

  /** Quiet hours by the local time of this machine: nothing heavy now. */
  get quiet(): boolean {
    const now = new Date(this.#o.clock.now());
    return inHours(this.#quietHours, now.getHours() * 60 + now.getMinutes());
  }

  /** Tells the server something that is an answer to it. */
  tell(event: Body<'event'>): number | undefined {
    const seq = this.#reporter?.send('event', event, this.stamp());
    this.#o.onStored();
    return seq;
  }

  /** Sends hardware and protection now. */
  async refresh(): Promise<void> {
    if (this.#started) await this.#facts?.refresh();
  }

  health(): ProbeHealth[] {
    return this.#runner.health();
  }

  /** How the last run ended, and the minutes it kept. */
  #lookBack(): void {
    const { outbox } = this.#o;
    const mark = parseMark(outbox.note('run'));
    this.#end = endOf(mark, outbox.note('replaced') !== undefined, this.#boot!);
    // Before the minutes of earlier runs are told, which moves the mark.
    const gaps = gapsOf(mark, outbox.watched(), this.#boot!, this.stamp());
    this.#reporter!.recover(outbox.keptMinutes());
    for (const gap of gaps) this.#unobserved(gap);
    if (this.#end === 'power') this.#reporter!.event('unclean_shutdown', this.stamp());
    // A version that went back is told of as such.
    if (mark !== undefined && compareVersions(VERSION, mark.version) > 0) this.#reporter!.event('agent_updated', this.stamp());
    this.#mark(false);
  }

  /** Tells of minutes whose reports were dropped for want of room. To be called before a birth tells how many. */
  tellLost(): void {
    const lost = this.#o.outbox.takeLost();
    if (lost !== undefined) this.#unobserved(lost);
  }

  #unobserved({ from, to }: Gap): void {
    this.#reporter!.event('unobserved', this.stamp(), { since: from * MINUTE_MS, count: Math.min(1_000_000, to - from) });
  }

  #mark(clean: boolean, off = false): void {
    this.#o.outbox.setNote('run', JSON.stringify({ boot: this.#boot!.boot, version: VERSION, clean, off } satisfies RunMark));
  }

  /** @returns undefined when the watch was stopped meanwhile */
  async #look(): Promise<Observed | undefined> {
    this.#seen = undefined;
    await this.#runner.sampleQuick();
    return this.#started ? this.#take(this.#book.observe(this.stamp(), this.#useNow())) : undefined;
  }

  async #secondLook(): Promise<void> {
    if ((await this.#look()) === undefined) return;
    this.#reporter!.claim(this.#book.claim(this.stamp()), this.#session());
    this.#o.onStored();
    this.#o.onMinute();
  }

  async #tick(): Promise<void> {
    const observed = await this.#look();
    if (observed === undefined) return;
    if (observed.slept) this.#o.onSlept();
    if (this.#o.outbox.retry()) this.#o.onStored();
    const minute = Math.floor(this.#o.clock.now() / 60_000);
    if (minute !== this.#minute) this.#o.onMinute();
    this.#minute = minute;
    this.#detached(this.#facts!.due());
  }

  #detached(work: Promise<void>): void {
    work.catch((error: unknown) => this.#o.log.error({ err: error }, 'a look at the machine failed'));
  }

  /** Puts what an observation closed into the outbox. */
  #take(observed: Observed): Observed {
    const { outbox, random, onStored, log } = this.#o;
    const { closed, ended, clockChange } = observed;
    const stamp = this.stamp();
    this.#reporter!.windows(closed, this.#session());
    outbox.keepMinutes(stamp.boot, ended);
    if (clockChange !== undefined) {
      this.#reporter!.event('clock_changed', stamp, { since: stamp.at, count: Math.min(1_000_000, Math.abs(clockChange)) });
      log.warn({ seconds: clockChange }, 'the clock was set');
    }
    const last = closed.at(-1);
    // Every agent of the province closes a window at this mark.
    if (last !== undefined && (last.minute + last.span) % 5 === 0 && this.#started) this.#later(random() * SPREAD_MS, onStored);
    else if (last !== undefined || clockChange !== undefined) onStored();
    return observed;
  }

  #onSample(probe: Probe, sample: Sample): void {
    if (sample.boot !== undefined) this.#boot ??= sample.boot;
    if (sample.metrics !== undefined) this.#reporter?.metrics(probe.name, sample.metrics);
    if (sample.session !== undefined) this.#seen = joinSeen(this.#seen, seenOf(sample.session, this.#o.clock.now()));
    this.#facts?.take(probe.name, sample);
  }

  #useNow(): SeenSession['use'] {
    return this.#seen?.use ?? { seen: false };
  }

  #session(): SeenSession['session'] {
    return this.#seen?.session ?? 'unknown';
  }

  #ownMetrics(): MetricsPart {
    const { user, system } = process.cpuUsage();
    const own = this.#o.ownProcess ? { agent_cpu: (user + system) / 1e6, agent_memory: process.memoryUsage.rss() } : {};
    return { agent_queue: this.#o.outbox.size, ...own };
  }

  #later(ms: number, run: () => void): void {
    const timer = this.#o.clock.after(ms, () => {
      this.#timers.delete(timer);
      run();
    });
    this.#timers.add(timer);
  }
}
