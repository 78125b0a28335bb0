import type { CommandToSend, Id, Instant, Ledger, UnconfirmedConfig } from '../../ledger/index.ts';
import type { Lifecycle } from '../../runtime/lifecycle.ts';
import type { Log } from '../../runtime/log.ts';
import { pause } from '../model/backoff.ts';
import { RepeatedWarning } from '../model/repeated-warning.ts';
import type { Clock } from '../ports/clock.ts';
import type { DownSender } from './down-sender.ts';

/** Another program (`labwatch config set`, `labwatch command send`) may have written into the ledger without telling us. */
const LOOK_EVERY_MS = 2_000;
/** At most a twentieth of the time is spent on looking, however large the fleet. */
const SPARED = 20;
/** So long a command waits for its answer before it goes out again; the device obeys it once. */
const SEND_AGAIN_MS = 30_000;
/** Messages under way at a time. */
const PAGE = 200;

export interface RemoteOptions {
  readonly ledger: Pick<Ledger, 'settings' | 'commands'>;
  readonly sender: Pick<DownSender, 'config' | 'command'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly lookEveryMs?: number;
}

interface Published {
  readonly version: number;
  readonly at: Instant;
}

/**
 * Brings what the ledger says devices should have and do to the devices. It keeps nothing that is not in the ledger but what it
 * published itself, so that it may be stopped at any moment, and several may run.
 */
export class Remote implements Lifecycle {
  readonly #o: RemoteOptions;
  readonly #warning: RepeatedWarning;
  readonly #published = new Map<Id, Published>();
  #stopping = new AbortController();
  #wake = new AbortController();
  #running: Promise<void> | undefined;
  #mark: string | undefined;

  constructor(options: RemoteOptions) {
    this.#o = options;
    this.#warning = new RepeatedWarning(options.log);
  }

  async start(): Promise<void> {
    if (this.#running !== undefined) return;
    this.#stopping = new AbortController();
    this.#running = this.#run(this.#stopping.signal);
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#wake.abort();
    await this.#running;
    this.#running = undefined;
  }

  /** Something was written into the ledger. */
  nudge(): void {
    this.#wake.abort();
  }

  async #run(stopping: AbortSignal): Promise<void> {
    while (!stopping.aborted) {
      this.#wake = new AbortController();
      const began = performance.now();
      try {
        await this.#round(stopping);
        this.#warning.over('settings and commands go out to devices again');
      } catch (error) {
        this.#warning.trouble(`settings and commands do not go out to devices: ${(error as Error).message}. Trying again until they do.`);
      }
      const took = performance.now() - began;
      await pause(Math.max(this.#o.lookEveryMs ?? LOOK_EVERY_MS, took * SPARED), AbortSignal.any([stopping, this.#wake.signal]));
    }
  }

  async #round(stopping: AbortSignal): Promise<void> {
    const { ledger, clock } = this.#o;
    const mark = await ledger.settings.mark();
    await ledger.settings.issue(clock.now(), mark === this.#mark ? 'due' : 'all');
    this.#mark = mark;
    await this.#sendConfigs(stopping);
    await ledger.commands.expire(clock.now());
    await this.#sendCommands(stopping);
  }

  async #sendConfigs(stopping: AbortSignal): Promise<void> {
    for (let after = ''; !stopping.aborted;) {
      const page = await this.#o.ledger.settings.unconfirmed(after, PAGE);
      await Promise.all(page.filter((each) => this.#goesOut(each)).map((each) => this.#sendConfig(each, stopping)));
      if (page.length < PAGE) return;
      after = page.at(-1)!.device;
    }
  }

  /**
   * Once a version, because it is retained; once more for each connection whose device still has another one: a broker that was
   * started anew may have forgotten it.
   */
  #goesOut({ device, version, online, presenceAt }: UnconfirmedConfig): boolean {
    const before = this.#published.get(device);
    if (version === 0) return false;
    return before?.version !== version || (online === true && presenceAt !== null && presenceAt > before.at);
  }

  async #sendConfig({ device, version, settings }: UnconfirmedConfig, stopping: AbortSignal): Promise<void> {
    const at = this.#o.clock.now();
    if (await this.#o.sender.config(device, { version, ...settings }, stopping)) this.#published.set(device, { version, at });
  }

  async #sendCommands(stopping: AbortSignal): Promise<void> {
    const { ledger, clock } = this.#o;
    for (;;) {
      const at = clock.now();
      const page = await ledger.commands.toSend(at, at - SEND_AGAIN_MS, PAGE);
      const taken = await Promise.all(page.map((each) => this.#sendCommand(each, stopping)));
      const sent = page.filter((_, i) => taken[i]).map(({ command }) => command.id);
      if (sent.length > 0) await ledger.commands.sent(sent, at);
      if (page.length < PAGE || sent.length === 0 || stopping.aborted) return;
    }
  }

  #sendCommand({ command, macs }: CommandToSend, stopping: AbortSignal): Promise<boolean> {
    const { id, device, name, notice, expiresAt, at: ordered } = command;
    const more = { ...(notice === null ? {} : { notice }), ...(macs.length === 0 ? {} : { macs: [...macs] }) };
    return this.#o.sender.command(device, { id, name, ordered, expires: expiresAt, ...more }, stopping);
  }
}
