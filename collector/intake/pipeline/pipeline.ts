import { uptime } from 'node:os';
import { redact } from '../../../protocol/redact.ts';
import type { Id, IntakeLedger, IntakeTransaction, ParkedMessage } from '../../../ledger/index.ts';
import { LabwatchError } from '../../../runtime/errors.ts';
import type { Log } from '../../../runtime/log.ts';
import type { Counter, Metrics } from '../../../runtime/metrics.ts';
import { OwnClock } from '../../model/own-clock.ts';
import type { Clock } from '../../ports/clock.ts';
import type { IncomingMessage } from '../../ports/message-source.ts';
import { COMPRESSION } from '../compression.ts';
import type { Decoder } from '../decoders/decoder.ts';
import type { Acknowledgement } from './ack.ts';
import { decodeMessage, plainOf } from './decode.ts';
import { type Batch, drop, type Item, park, type Stage, streamKey } from './stage.ts';
import { STEPS } from './steps.ts';
import { validate } from './validate.ts';

/** What a committed batch did. */
export interface BatchResult {
  readonly acknowledgements: readonly Acknowledgement[];
  /** Devices whose state changed. */
  readonly changed: readonly Id[];
}

export interface PipelineOptions {
  readonly ledger: IntakeLedger;
  readonly decoders: readonly Decoder[];
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly log: Log;
  readonly steps?: readonly Stage[];
  /** Milliseconds the machine is up, sleep included; default: what the system says. */
  readonly uptime?: () => number;
}

/** Takes batches of messages through the steps; one transaction each. */
export class Pipeline {
  readonly #options: PipelineOptions;
  readonly #steps: readonly Stage[];
  readonly #counter: Counter;
  readonly #ownClock: OwnClock;
  /** See Batch.sure. */
  #sure: Set<Id> | undefined;

  constructor(options: PipelineOptions) {
    this.#options = options;
    this.#steps = options.steps ?? STEPS;
    this.#ownClock = new OwnClock(options.uptime ?? (() => uptime() * 1000));
    this.#counter = options.metrics.counter(
      'labwatch_intake_messages_total',
      'Messages by kind, by what became of them (stored, dropped, parked) and why.',
    );
  }

  /**
   * Resolves when everything worth keeping of the batch is on disk. Counts only then, so that an attempt that failed is not
   * counted twice.
   * @throws what the ledger throws: nothing of the batch was stored and it must be offered again
   */
  async handle(messages: readonly IncomingMessage[]): Promise<BatchResult> {
    this.#lookAtOwnClock();
    const items = messages.flatMap((message) => decodeMessage(plainOf(message, COMPRESSION), this.#options.decoders));
    for (const item of items) item.verdict = validate(item);
    const alive = items.filter((item) => item.verdict.fate !== 'drop');
    let batch: Batch | undefined;
    try {
      batch = await this.#commit(alive);
    } catch (error) {
      // The ledger says what is wrong with it: that passes. Anything else is a defect of ours, and would come again for ever.
      if (error instanceof LabwatchError) throw error;
      if (messages.length > 1) return this.#oneByOne(messages, error);
      batch = await this.#commit(alive).catch((again: unknown) => this.#setAside(items, again));
    }
    for (const item of items) if (item.verdict.fate === 'drop') this.#count(item);
    if (batch === undefined) return { acknowledgements: [], changed: [] };
    for (const item of batch.items) this.#count(item);
    if (batch.sure === this.#sure) for (const id of batch.learned) this.#sure?.add(id);
    const packing = new Set(batch.items.filter((item) => item.message.packed === true).map((item) => item.device));
    const streams = [...batch.touched].map((key) => batch.streams.get(key)!);
    const acknowledgements = streams.map((state) => (packing.has(state.device) ? Object.assign({ packed: true }, state) : state));
    return { acknowledgements, changed: [...batch.changed] };
  }

  /** @returns undefined when there is nothing to store */
  async #commit(items: readonly Item[]): Promise<Batch | undefined> {
    if (items.length === 0) return undefined;
    // Copies: a ledger that runs the work twice must not meet the verdicts of the first time.
    return this.#options.ledger.batch((tx) =>
      this.#inTransaction(
        tx,
        items.map((item) => ({ ...item })),
      ),
    );
  }

  /** A batch that cannot be stored as a whole: the message that is to blame must not hold up the others. */
  async #oneByOne(messages: readonly IncomingMessage[], error: unknown): Promise<BatchResult> {
    this.#options.log.error({ err: error, messages: messages.length }, 'a batch failed; its messages are taken one by one');
    const acknowledgements = new Map<string, Acknowledgement>();
    const changed = new Set<Id>();
    for (const message of messages) {
      const result = await this.handle([message]);
      for (const each of result.acknowledgements) acknowledgements.set(streamKey(each.device, each.stream), each);
      for (const id of result.changed) changed.add(id);
    }
    return { acknowledgements: [...acknowledgements.values()], changed: [...changed] };
  }

  /** It failed twice alone: kept for an engineer, or dropped when it has no place in a stream. @throws what the ledger throws */
  async #setAside(items: readonly Item[], error: unknown): Promise<Batch | undefined> {
    if (error instanceof LabwatchError) throw error;
    for (const item of items) {
      this.#options.log.error({ err: error, kind: item.kind, device: item.device }, 'a message cannot be stored');
      item.verdict = item.place === undefined ? drop('INTERNAL') : park('INTERNAL', 'it could not be stored');
    }
    return this.#commit(items.filter((item) => item.verdict.fate !== 'drop'));
  }

  /** Set back needs nothing here: the next message of each device shows it (`boundClock`). */
  #lookAtOwnClock(): void {
    const step = this.#ownClock.look(this.#options.clock.now());
    if (step <= 0) return;
    this.#sure = new Set();
    this.#options.log.warn(
      { seconds: Math.round(step / 1000) },
      'the clock of this machine was set forward; the clocks of the devices are learned anew',
    );
  }

  async #inTransaction(tx: IntakeTransaction, items: readonly Item[]): Promise<Batch> {
    const batch = newBatch(tx, items, this.#options.clock.now(), this.#sure);
    for (const step of this.#steps) {
      await step.prepare?.(batch);
      if (step.each !== undefined) for (const item of items) this.#runOne(step, item, batch);
      await step.finish?.(batch);
    }
    const parked = items.flatMap((item) => parkedMessage(item, batch.now));
    if (parked.length > 0) await tx.park(parked);
    return batch;
  }

  /** A defect in a step costs the one message that met it, never the batch: the message is parked. */
  #runOne(step: Stage, item: Item, batch: Batch): void {
    if (item.verdict.fate === 'drop' || (item.verdict.fate === 'park' && step.parkedToo !== true)) return;
    try {
      const verdict = step.each!(item, batch);
      if (verdict.fate !== 'keep') item.verdict = verdict;
    } catch (error) {
      this.#options.log.error({ err: error, step: step.name, kind: item.kind, device: item.device }, 'a step failed on a message');
      item.verdict = item.place === undefined ? drop('INTERNAL') : park('INTERNAL', `step ${step.name}`);
    }
  }

  #count(item: Item): void {
    const { verdict, kind } = item;
    if (verdict.fate === 'keep') this.#counter.add({ kind, outcome: 'stored', reason: '' });
    else this.#counter.add({ kind, outcome: verdict.fate === 'drop' ? 'dropped' : 'parked', reason: verdict.reason });
  }
}

function newBatch(tx: IntakeTransaction, items: readonly Item[], now: number, sure: Batch['sure']): Batch {
  return {
    items,
    tx,
    now,
    sure,
    learned: new Set(),
    devices: new Map(),
    states: new Map(),
    changed: new Set(),
    streams: new Map(),
    touched: new Set(),
    use: new Map(),
    unseen: new Map(),
    lines: [],
  };
}

/** Nothing that the contract does not take is stored, here neither: what was refused is kept without its strange texts. */
function parkedMessage({ verdict, device, kind, message, reading }: Item, at: number): ParkedMessage[] {
  if (verdict.fate !== 'park' || kind === 'other') return [];
  const payload = reading === undefined ? redact(kind, message.payload) : new TextEncoder().encode(JSON.stringify(reading.data));
  return [{ device, kind, code: verdict.reason, detail: verdict.detail, payload, at }];
}
