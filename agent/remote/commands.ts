import { isRisky, type RiskyCommand } from '../../protocol/commands.ts';
import type { Command } from '../../protocol/payloads/index.ts';
import type { Log } from '../../runtime/log.ts';
import type { Counts } from '../core/counts.ts';
import type { Body } from '../core/outbox/outbox.ts';
import type { Clock } from '../platform/clock.ts';
import type { Notes } from './config.ts';
import { HANDLERS, type Hands, type Outcome } from './handlers.ts';
import { RememberedCommands } from './remembered.ts';

/** What ends this agent waits so long for the server to confirm that it knows. */
const CONFIRM_MS = 15_000;
const LOOK_MS = 100;

export interface CommandsOptions {
  readonly notes: Notes;
  readonly clock: Clock;
  readonly log: Log;
  readonly counts: Counts;
  readonly hands: Hands;
  /** Clock of the server less ours, as far as an acknowledgement told it, ms. */
  readonly serverAhead: () => number | undefined;
  /** Risky commands that the configuration of the unit allows. */
  readonly allowed: () => readonly RiskyCommand[];
  /** Puts an answer into the outbox. @returns its number, unless the disk is full */
  readonly answer: (event: Body<'event'>) => number | undefined;
  /** Whether the server acknowledged that number. */
  readonly acknowledged: (seq: number) => boolean;
}

/** Obeys commands: each at most once, none that has expired, and answers every one it took. */
export class Commands {
  readonly #o: CommandsOptions;
  readonly #remembered: RememberedCommands;
  #stopped = false;

  constructor(options: CommandsOptions) {
    this.#o = options;
    this.#remembered = new RememberedCommands(options.notes);
  }

  /** What an earlier run began and never answered. */
  restore(): void {
    for (const id of this.#remembered.restore()) this.#answer(id, { state: 'failed', reason: 'interrupted' });
  }

  /** Nothing is begun any more. */
  stop(): void {
    this.#stopped = true;
  }

  /** Never throws. */
  async take(command: Command): Promise<void> {
    const { counts, log } = this.#o;
    if (this.#stopped) return;
    if (this.#remembered.has(command.id)) {
      counts.add('command_repeated');
      return;
    }
    // Before it is begun: whatever happens then, it is not begun again.
    this.#remembered.begin(command.id);
    const refusal = this.#refusalOf(command);
    log.info({ command: command.name, id: command.id, ...(refusal === undefined ? {} : { refusal }) }, 'a command of the server');
    if (refusal !== undefined) this.#answer(command.id, { state: 'refused', reason: refusal });
    else await this.#obey(command);
  }

  #refusalOf(command: Command): 'expired' | 'not_allowed' | 'older_than_boot' | undefined {
    const { clock, serverAhead, allowed } = this.#o;
    const ahead = serverAhead();
    // Before the first acknowledgement the message itself says what time it is.
    const now = ahead === undefined ? command.at : clock.now() + ahead;
    if (command.expires <= now) return 'expired';
    if (!isRisky(command.name)) return undefined;
    if (!allowed().includes(command.name)) return 'not_allowed';
    // A frozen disk forgets what it has obeyed: a restart must not come again after the restart.
    return (command.ordered ?? command.at) < now - clock.mono() ? 'older_than_boot' : undefined;
  }

  async #obey({ id, name, notice, macs }: Command): Promise<void> {
    const { hands, log } = this.#o;
    const handler = HANDLERS[name];
    try {
      if ('now' in handler) {
        const order = { ...(notice === undefined ? {} : { notice }), ...(macs === undefined ? {} : { macs }) };
        this.#answer(id, await handler.now(hands, order));
      } else if (!handler.possible(hands)) this.#answer(id, { state: 'refused', reason: 'not_supported' });
      else if (!(await this.#confirmed(this.#answer(id, { state: 'done' }))))
        this.#answer(id, { state: 'failed', reason: 'not_acknowledged' });
      else if (!(await handler.last(hands))) this.#answer(id, { state: 'failed', reason: 'failed' });
    } catch (error) {
      log.error({ err: error, command: name }, 'a command failed');
      this.#answer(id, { state: 'failed', reason: 'failed' });
    }
  }

  #answer(id: string, outcome: Outcome): number | undefined {
    const { state } = outcome;
    const more =
      state === 'done' ? (outcome.findings === undefined ? {} : { findings: [...outcome.findings] }) : { reason: outcome.reason };
    const seq = this.#o.answer({ code: `command_${state}`, answers: id, ...more });
    this.#o.counts.add(`command_${state}`);
    this.#remembered.answered(id);
    return seq;
  }

  async #confirmed(seq: number | undefined): Promise<boolean> {
    const { clock, acknowledged } = this.#o;
    if (seq === undefined) return false;
    const until = clock.mono() + CONFIRM_MS;
    while (!this.#stopped && clock.mono() < until) {
      if (acknowledged(seq)) return true;
      const pause = Promise.withResolvers<void>();
      clock.after(LOOK_MS, pause.resolve);
      await pause.promise;
    }
    return false;
  }
}
