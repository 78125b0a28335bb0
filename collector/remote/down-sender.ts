import type { Id } from '../../ledger/index.ts';
import { encode } from '../../protocol/decode.ts';
import { PROTOCOL_VERSION } from '../../protocol/envelope.ts';
import type { Command, Config } from '../../protocol/payloads/index.ts';
import { topicOf } from '../../protocol/topics.ts';
import { newId } from '../../runtime/ids.ts';
import type { Log } from '../../runtime/log.ts';
import type { Counter, Metrics } from '../../runtime/metrics.ts';
import { pause } from '../model/backoff.ts';
import type { Clock } from '../ports/clock.ts';
import type { MessageSource } from '../ports/message-source.ts';

type Body<M> = Omit<M, 'v' | 'stream' | 'seq' | 'at'>;

/** A device that does not read must not hold up the others; what it misses is sent again later. */
const PATIENCE_MS = 5_000;

export interface DownSenderOptions {
  readonly publish: MessageSource['publish'];
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly log: Log;
}

/** Hands configurations (retained) and commands (never retained) to the broker. */
export class DownSender {
  readonly #o: DownSenderOptions;
  readonly #counter: Counter;
  /** A run of the collector is a stream of its own; devices do not look at it. */
  readonly #stream = newId();
  #seq = 0;

  constructor(options: DownSenderOptions) {
    this.#o = options;
    this.#counter = options.metrics.counter(
      'labwatch_remote_messages_total',
      'Configurations and commands handed to the broker, by outcome.',
    );
  }

  config(device: Id, body: Body<Config>, signal: AbortSignal): Promise<boolean> {
    return this.#send(device, 'config', { ...this.#envelope(), ...body }, signal);
  }

  command(device: Id, body: Body<Command>, signal: AbortSignal): Promise<boolean> {
    return this.#send(device, 'command', { ...this.#envelope(), ...body }, signal);
  }

  #envelope() {
    return { v: PROTOCOL_VERSION, stream: this.#stream, seq: ++this.#seq, at: this.#o.clock.now() } as const;
  }

  /** @returns whether the broker took it */
  async #send<K extends 'config' | 'command'>(
    device: Id,
    kind: K,
    message: K extends 'config' ? Config : Command,
    signal: AbortSignal,
  ): Promise<boolean> {
    const taken = async (): Promise<boolean> => {
      try {
        await this.#o.publish(topicOf(device, kind), encode(kind, message as never), { retain: kind === 'config' });
        return true;
      } catch (error) {
        this.#o.log.debug({ err: error, device, kind }, 'a message to a device was not taken');
        return false;
      }
    };
    const given = new AbortController();
    const outcome = await Promise.race([taken(), pause(PATIENCE_MS, AbortSignal.any([signal, given.signal])).then(() => undefined)]);
    given.abort();
    this.#counter.add({ kind, outcome: outcome === undefined ? 'late' : outcome ? 'sent' : 'failed' });
    return outcome === true;
  }
}
