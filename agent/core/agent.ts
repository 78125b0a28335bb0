import { join } from 'node:path';
import type { DeviceSettings } from '../../protocol/device-settings.ts';
import { openHome } from '../../runtime/home.ts';
import { LabwatchError } from '../../runtime/errors.ts';
import type { Lifecycle } from '../../runtime/lifecycle.ts';
import type { Log } from '../../runtime/log.ts';
import { VERSION } from '../../runtime/version.ts';
import type { Credentials } from '../identity/credentials.ts';
import { parseAddress } from '../identity/addresses.ts';
import { Identity } from '../identity/identity.ts';
import type { ProxyFor } from '../net/proxy.ts';
import type { Clock } from '../platform/clock.ts';
import type { Platform, Probe } from '../probes/probe.ts';
import type { Actions } from '../remote/actions.ts';
import { Commands } from '../remote/commands.ts';
import { RemoteConfig } from '../remote/config.ts';
import { selfTest } from '../remote/self-test.ts';
import type { AgentSettings } from '../settings.ts';
import { openUpdates, type SelfUpdate } from '../update/open.ts';
import type { UpdateSchedule } from '../update/schedule.ts';
import type { Outcome } from '../update/updater.ts';
import { Admission } from './admission.ts';
import { Counts } from './counts.ts';
import { Link } from './link/link.ts';
import { COMPRESSION } from './link/compression.ts';
import { Outbox } from './outbox/outbox.ts';
import { type AgentStatus, type Problem, problemOf, writeStatus } from './status-file.ts';
import { Watch } from './watch.ts';

const YOUNG_BOOT_MS = 300_000;
const START_SPREAD_MS = 60_000;

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
  /** What the machine can be asked to do. */
  readonly actions: Actions;
  /** Which proxy to go through. Default: none. */
  readonly proxyFor?: ProxyFor;
  /** Only where this program is an executable that may replace itself. */
  readonly self?: SelfUpdate;
}

/** Watches one machine and brings what it sees to the collector. */
export class Agent implements Lifecycle {
  readonly #o: AgentOptions;
  readonly #counts = new Counts();
  readonly #home: string;
  readonly #outbox: Outbox;
  readonly #identity: Identity;
  readonly #admission: Admission;
  readonly #watch: Watch;
  #link: Link | undefined;
  readonly #config: RemoteConfig;
  readonly #updates: UpdateSchedule | undefined;
  readonly #commands: Commands;
  #started = false;
  #problem: Problem | undefined;
  #lookedAt = 0;
  #startDelay = 0;

  constructor(options: AgentOptions) {
    const { settings, clock, platform, log } = options;
    this.#o = options;
    this.#home = join(settings.home, 'agent');
    const bounds = { maxMessages: settings.outboxDays * 1440, maxBytes: settings.outboxMegabytes * 1024 * 1024 };
    this.#outbox = new Outbox({ path: join(this.#home, 'outbox.db'), bounds, log });
    this.#identity = new Identity({
      path: join(this.#home, 'credentials.json'),
      settings,
      platform,
      clock,
      log,
      proxyFor: options.proxyFor,
    });
    this.#admission = new Admission({
      ...options,
      identity: this.#identity,
      outbox: this.#outbox,
      boot: () => this.#watch.stamp().boot,
      onAdmitted: async (credentials) => {
        await this.#link?.stop();
        await this.#connect(credentials);
      },
      onNewId: () => this.#config.forget(),
      onProblem: (error) => (this.#problem = problemOf(error)),
    });
    this.#watch = new Watch({
      ...options,
      outbox: this.#outbox,
      counts: this.#counts,
      broker: () => this.#reachable(this.#identity.credentials)?.broker.url,
      onStored: () => this.#link?.pump(),
      onSlept: () => this.#link?.wake(),
      onMinute: () => this.#onMinute(),
    });
    this.#config = new RemoteConfig({
      notes: this.#outbox,
      log,
      apply: (given) => this.#configure(given),
      tell: (code, facts) => this.#watch.tell({ code, ...facts }),
    });
    this.#updates = openUpdates({
      ...options,
      self: options.self,
      folder: join(this.#home, 'update'),
      credentials: () => this.#identity.credentials,
      connected: () => this.#acknowledged,
      quiet: () => this.#watch.quiet,
      wish: () => this.#updateWish(),
      tell: (code, facts) => void this.#watch.tell({ code, ...facts }),
    });
    this.#commands = this.#commandsFor(options);
  }

  /**
   * Returns when the machine is watched and either enrolled or waiting for a server that does not answer.
   * @throws LabwatchError HOME_UNWRITABLE, AGENT_ALREADY_RUNNING, AGENT_OUTBOX, AGENT_NOT_ENROLLED, AGENT_CREDENTIALS_BROKEN,
   *   and those of Identity.enrol() that trying again cannot mend
   */
  async start(): Promise<void> {
    const unwritable = this.#unwritable();
    const known = this.#identity.load();
    // An enrolled machine goes on without its disk; a new one could keep nothing of what it is told.
    if (unwritable !== undefined && known === undefined) throw unwritable;
    // Says what is missing before anything is begun.
    if (known === undefined && !this.#identity.canEnrol) await this.#identity.enrol();
    this.#started = true;
    // A lab whose machines are switched on together does not knock together; a new machine shows at once.
    if (known !== undefined && this.#o.clock.mono() < YOUNG_BOOT_MS) this.#startDelay = this.#o.random() * START_SPREAD_MS;
    try {
      await this.#outbox.start();
      await this.#admission.recognise();
      this.#config.restore();
      await this.#watch.start();
      this.#commands.restore();
      await this.#updates?.start();
      const credentials = await this.#admission.settle();
      if (credentials !== undefined) await this.#connect(credentials);
      this.#writeStatus();
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  /** @returns why the data folder cannot be written; it was said in the log then */
  #unwritable(): LabwatchError | undefined {
    try {
      openHome(this.#home);
      return undefined;
    } catch (error) {
      if (!(error instanceof LabwatchError)) throw error;
      this.#problem = problemOf(error);
      return error;
    }
  }

  /** Closes the open window, says goodbye and leaves everything on disk. */
  async stop(reason: 'stopped' | 'shutdown' = 'stopped'): Promise<void> {
    if (!this.#started) return;
    this.#started = false;
    this.#commands.stop();
    this.#admission.stop();
    await this.#updates?.stop();
    await this.#watch.stop(reason === 'shutdown');
    await this.#link?.stop(reason);
    this.#link = undefined;
    if (!this.#outbox.isOpen) return;
    this.#writeStatus();
    await this.#outbox.stop();
  }

  /** Who this is, once it is enrolled. */
  get device(): string | undefined {
    return this.#identity.credentials?.device;
  }

  /** When it last finished a look at the machine in a new minute: the monotonic clock, ms. */
  get lookedAt(): number {
    return this.#lookedAt;
  }

  /** The machine woke from sleep: the line may be dead without knowing. */
  wake(): void {
    this.#link?.wake();
  }

  /** Looks for a new version now. @returns undefined where this program does not update itself */
  lookForUpdate(): Promise<Outcome> | undefined {
    return this.#updates?.look();
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
      link: link?.state ?? (this.#started ? 'enrolling' : 'stopped'),
      ...(link?.error === undefined ? {} : { linkError: link.error }),
      ...(this.#problem === undefined ? {} : { problem: this.#problem }),
      waiting: this.#outbox.size,
      dropped: this.#outbox.dropped,
      diskFull: this.#outbox.full,
      probes: this.#watch.health(),
      counts: this.#counts.all(),
    };
  }

  async #connect(credentials: Credentials): Promise<void> {
    this.#problem = undefined;
    const { clock, random, log, settings, proxyFor } = this.#o;
    this.#link = new Link({
      credentials: this.#reachable(credentials),
      outbox: this.#outbox,
      clock,
      random,
      log,
      counts: this.#counts,
      boot: this.#watch.stamp().boot,
      compression: COMPRESSION,
      startDelayMs: this.#startDelay,
      ...(proxyFor === undefined ? {} : { proxyFor }),
      replayRate: this.#config.settings.replayRate ?? settings.replayRate,
      ackTimeoutMs: settings.ackTimeoutSeconds * 1000,
      birth: () => this.#birth(),
      onConfig: (config, bad) => this.#config.take(config, bad),
      onCommand: (command) => void this.#commands.take(command),
      onRefused: async () => this.#reachable(await this.#admission.refused()),
      onDuplicate: async () => this.#reachable(await this.#admission.duplicate()),
    });
    this.#startDelay = 0;
    await this.#link.start();
  }

  #reachable<C extends Credentials | undefined>(credentials: C): C {
    const { brokerUrl, settings } = this.#o;
    const [url, ...more] = brokerUrl === undefined ? (settings.brokers?.split(',') ?? []) : [brokerUrl];
    if (credentials === undefined || url === undefined) return credentials;
    for (const each of [url, ...more]) parseAddress(each, ['mqtt:', 'mqtts:', 'ws:', 'wss:'], settings.insecurePlain);
    return { ...credentials, broker: { ...credentials.broker, url, urls: more } };
  }

  #birth(): number | undefined {
    this.#watch.tellLost();
    const body = { ...this.#watch.birth(), config: this.#config.version };
    return this.#outbox.append('birth', (facts) => ({ ...body, ...facts }), this.#watch.stamp());
  }

  /** The server's settings come into force; what it leaves out is as this machine was told. */
  #configure(given: DeviceSettings): void {
    this.#watch.configure(given);
    if (this.#link !== undefined) this.#link.replayRate = given.replayRate ?? this.#o.settings.replayRate;
  }

  /** A machine whose own settings say off has no updates at all. */
  #updateWish(): AgentSettings['update'] {
    return this.#config.settings.update ?? this.#o.settings.update;
  }

  async #lookForUpdate(updates: UpdateSchedule): Promise<'looked' | 'failed' | 'not_allowed'> {
    if (this.#updateWish() === 'off') return 'not_allowed';
    return (await updates.look()).is === 'failed' ? 'failed' : 'looked';
  }

  #commandsFor({ settings, clock, log, actions }: AgentOptions): Commands {
    const updates = this.#updates;
    const serverAhead = (): number | undefined => this.#link?.status().serverAhead;
    return new Commands({
      notes: this.#outbox,
      clock,
      log,
      counts: this.#counts,
      serverAhead,
      allowed: () => this.#config.settings.allow ?? [],
      answer: (event) => this.#watch.tell(event),
      acknowledged: (seq) => this.#outbox.one(seq) === undefined,
      hands: {
        actions: updates === undefined ? actions : { ...actions, update: () => this.#lookForUpdate(updates) },
        seat: settings.seat,
        refresh: () => this.#watch.refresh(),
        selfTest: () => selfTest(this.status(), serverAhead()),
      },
    });
  }

  #onMinute(): void {
    this.#lookedAt = this.#o.clock.mono();
    this.#writeStatus();
    this.#prove();
  }

  /** Whether the collector has acknowledged something in this run. */
  get #acknowledged(): boolean {
    return this.#link?.status().serverAhead !== undefined;
  }

  /** What this version sends is stored: if it was on trial, it stays. */
  #prove(): void {
    const trial = this.#o.self?.trial;
    if (trial?.open !== true || !this.#acknowledged) return;
    trial.proved();
    this.#updates?.proved();
    this.#o.log.info({ version: VERSION }, 'this version has proved itself');
  }

  #writeStatus(): void {
    if (!writeStatus(join(this.#home, 'status.json'), this.status())) this.#counts.add('status_unwritten');
  }
}
