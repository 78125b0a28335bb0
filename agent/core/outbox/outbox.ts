import { renameSync } from 'node:fs';
import { encode } from '../../../protocol/decode.ts';
import { PROTOCOL_VERSION } from '../../../protocol/envelope.ts';
import type { Payloads } from '../../../protocol/payloads/index.ts';
import type { UpKind } from '../../../protocol/topics.ts';
import type { Lifecycle } from '../../../runtime/lifecycle.ts';
import type { Log } from '../../../runtime/log.ts';
import { agentFail } from '../../errors.ts';
import type { Instant, MinuteRecord, Window } from '../minute-book.ts';
import { mergeReports } from './merge.ts';
import { type Bounds, failureOf, IN_MEMORY, type KeptMinute, OutboxFile, type OutboxMessage } from './outbox-file.ts';

export type { Bounds, KeptMinute, OutboxMessage } from './outbox-file.ts';

/** Kinds that are kept until they are acknowledged. */
export type KeptKind = Exclude<UpKind, 'presence'>;
/** A message without its place and clocks, which the outbox adds. */
export type Body<K extends KeptKind> = Omit<Payloads[K], 'v' | 'stream' | 'seq' | 'first' | 'at' | 'boot' | 'mono'>;
/** The clocks a message carries, and of which boot. */
export interface Stamp extends Instant {
  readonly boot: string;
}

/** Until when a run watched (epoch ms), and what its two clocks said then. */
export interface Watched extends Stamp {
  readonly end: number;
}

const watchedNote = ({ boot, end, at, mono }: Watched): string => `${boot} ${end} ${at} ${mono}`;

function forgetOf({ minute, span }: Window, stamp: Stamp): Parameters<OutboxFile['append']>[3] {
  return { boot: stamp.boot, minute, span, watched: watchedNote({ ...stamp, end: (minute + span) * 60_000 }) };
}

interface Entry<K extends KeptKind = KeptKind> {
  readonly kind: K;
  readonly body: (facts: { oldest: number; dropped: number }) => Body<K>;
  readonly stamp: Stamp;
  readonly window: Window | undefined;
}

/** What waits in memory while the disk takes nothing; more than that and the oldest are dropped and counted. */
const TAIL = 500;
const MERGED_AT_ONCE = 500;
/** Bytes of messages while there is no disk: a day or two. */
const MOST_IN_MEMORY = 4 * 1024 * 1024;

/** What became of an acknowledgement. `ahead` = it covers what was never sent: this file is an older copy of itself. */
export type Acknowledged = { readonly outcome: 'done'; readonly removed: number } | { readonly outcome: 'foreign' | 'ahead' };

/**
 * The outbox: everything the collector has not said it stored. A message has its sequence number and its bytes once
 * `append` returns it, and is only ever sent with these.
 *
 * A corrupt file is set aside and a new stream begins. While the disk is full, messages wait in memory without a number.
 */
export class Outbox implements Lifecycle {
  readonly #path: string;
  readonly #bounds: Bounds;
  readonly #log: Log;
  readonly #openFile: (path: string) => OutboxFile;
  #file: OutboxFile | undefined;
  readonly #tail: Entry[] = [];
  /** Dropped beside those the file counts: from the tail. */
  #lost = 0;
  #setAside = 0;
  #full = false;
  #memoryOnly = false;
  /** Published, but the disk would not take the mark. */
  readonly #unmarked = new Set<number>();
  #acknowledged = 0;
  #proven = false;

  constructor(options: { path: string; bounds: Bounds; log: Log; openFile?: (path: string) => OutboxFile }) {
    this.#openFile = options.openFile ?? ((path) => new OutboxFile(path));
    this.#path = options.path;
    this.#bounds = options.bounds;
    this.#log = options.log;
  }

  /** @throws LabwatchError AGENT_ALREADY_RUNNING, AGENT_OUTBOX */
  async start(): Promise<void> {
    try {
      this.#file = this.#openFile(this.#path);
    } catch (error) {
      const failure = failureOf(error);
      const why = (error as Error).message;
      if (failure === 'busy') throw agentFail('AGENT_ALREADY_RUNNING', { path: this.#path }, error);
      if (failure === 'corrupt') return this.#replace(why);
      if (failure !== 'storage') throw agentFail('AGENT_OUTBOX', { path: this.#path, why }, error);
      // Better a machine that reports while it runs than one that does not; what was on the disk stays there.
      this.#log.error({ code: 'AGENT_OUTBOX', why }, agentFail('AGENT_OUTBOX', { path: this.#path, why }).line());
      this.#file = this.#openFile(IN_MEMORY);
      // How the last run ended stands on that disk.
      this.#file.setNote('replaced', '1');
      this.#memoryOnly = true;
    }
  }

  async stop(): Promise<void> {
    if (this.#file === undefined) return;
    this.#flushTail();
    this.#file.close();
    this.#file = undefined;
  }

  get isOpen(): boolean {
    return this.#file !== undefined;
  }
  get stream(): string {
    return this.#open().stream;
  }
  /** Messages that wait for an acknowledgement, those in memory too. */
  get size(): number {
    return this.#open().count + this.#tail.length;
  }
  /** Dropped for want of room since the stream began. */
  get dropped(): number {
    return this.#open().dropped + this.#lost;
  }
  /** Nothing below this number will come any more. */
  get oldest(): number {
    return this.#guard((file) => file.oldest) ?? this.#open().next;
  }
  /** Files that were set aside because they could not be read. */
  get setAside(): number {
    return this.#setAside;
  }
  /**
   * The file is known to be no older copy of itself: its stream began in this run, or an acknowledgement of this run fitted.
   * Until then only one message may be on its way: an acknowledgement that covers more tells the copy.
   */
  get proven(): boolean {
    return this.#proven || this.#open().fresh;
  }
  /** The disk takes nothing; messages wait in memory. After a start from such a disk it stays so until the next start. */
  get full(): boolean {
    return this.#full || this.#memoryOnly;
  }

  /**
   * Stores a message. `window`: the minutes it carries are forgotten in the same transaction.
   * @returns its sequence number; undefined while the disk takes nothing (it is stored as soon as it does)
   * @throws Error when the message breaks the contract
   */
  append<K extends KeptKind>(
    kind: K,
    body: Body<K> | ((facts: { oldest: number; dropped: number }) => Body<K>),
    stamp: Stamp,
    window?: Window,
  ): number | undefined {
    const make = typeof body === 'function' ? body : () => body;
    const entry = { kind, body: make, stamp, window } as unknown as Entry;
    this.#flushTail();
    if (this.#tail.length === 0) {
      const seq = this.#store(entry);
      if (seq !== undefined) return seq;
    }
    this.#tail.push(entry);
    if (this.#tail.length > TAIL) {
      this.#tail.shift();
      this.#lost += 1;
    }
    return undefined;
  }

  /** Tries to store what waits in memory. @returns whether nothing waits any more */
  retry(): boolean {
    this.#flushTail();
    return this.#tail.length === 0;
  }

  after(seq: number, limit: number): OutboxMessage[] {
    return this.#guard((file) => file.after(Math.max(seq, this.#acknowledged), limit)) ?? [];
  }

  one(seq: number): OutboxMessage | undefined {
    return this.#guard((file) => file.one(seq));
  }

  /** To be called before the messages go out. */
  markPublished(seqs: readonly number[]): void {
    const done = this.#guard((file) => {
      file.markPublished(seqs);
      return true;
    });
    if (done !== true) for (const seq of seqs) this.#unmarked.add(seq);
  }

  /**
   * Puts waiting reports that were never published together into longer windows: what piled up in a week without a line becomes a
   * few dozen messages. @returns how many messages there are less
   */
  merge(): number {
    // What could not be marked may have been published.
    if (this.#unmarked.size > 0) return 0;
    const before = this.size;
    this.#guard((file) => {
      // In pieces: a month of reports is more than an old machine should hold at once.
      for (
        let at = 0, batch = file.unpublishedReports(at, MERGED_AT_ONCE);
        batch.length > 0;
        batch = file.unpublishedReports(at, MERGED_AT_ONCE)
      ) {
        at = batch.at(-1)!.seq;
        const reports = batch.map(({ bytes }) => JSON.parse(Buffer.from(bytes).toString('utf8')) as Payloads['report']);
        const joined = mergeReports(reports).map(({ report, gone }) => ({ seq: report.seq, bytes: encode('report', report), gone }));
        if (joined.length > 0) file.join(joined);
      }
    });
    return before - this.size;
  }

  acknowledge(stream: string, seq: number): Acknowledged {
    const file = this.#open();
    if (stream !== file.stream) return { outcome: 'foreign' };
    if (seq >= file.next) return { outcome: 'ahead' };
    const unsent = this.#guard((open) => open.unpublished(seq)) ?? [];
    if (unsent.some((each) => !this.#unmarked.has(each))) return { outcome: 'ahead' };
    this.#proven = true;
    this.#acknowledged = Math.max(this.#acknowledged, seq);
    for (const each of this.#unmarked) if (each <= seq) this.#unmarked.delete(each);
    const removed = this.#guard((open) => (open.oldest <= seq ? open.removeUpTo(seq) : 0)) ?? 0;
    return { outcome: 'done', removed };
  }

  /**
   * Begins a new stream and gives every waiting message a place in it. For a file that was set back to an older copy of
   * itself (a frozen disk, a restored image): its numbers were used before, so the collector takes new messages for old ones.
   */
  renew(): void {
    this.#guard((file) => {
      file.renumber((message, place) => {
        const old = JSON.parse(Buffer.from(message.bytes).toString('utf8')) as Record<string, unknown>;
        const { first: _, ...rest } = old;
        const fresh = { ...rest, ...place, ...(message.kind === 'birth' ? { oldest: 1 } : {}) };
        return encode(message.kind, fresh as Payloads[UpKind]);
      });
    });
    this.#acknowledged = 0;
    this.#proven = true;
    this.#unmarked.clear();
  }

  /** The boots that anything in it comes from. */
  boots(): string[] {
    return this.#guard((file) => file.boots()) ?? [];
  }

  /** Begins a new stream without anything of these boots. For a copy on other hardware: the first machine has them too. */
  begin(without: readonly string[]): void {
    this.#guard((file) => file.dropBoots(without));
    this.renew();
  }

  keepMinutes(boot: string, minutes: readonly MinuteRecord[]): void {
    const last = minutes.at(-1);
    if (last === undefined) return;
    this.#guard((file) => file.keepMinutes(boot, minutes, watchedNote({ ...last, boot, end: (last.minute + 1) * 60_000 })));
  }

  /** Until when a run watched, as far as it told or kept its minutes; undefined when none ever did. */
  watched(): Watched | undefined {
    const [boot, ...numbers] = (this.note('watched') ?? '').split(' ');
    const [end, at, mono] = numbers.map(Number);
    return boot === undefined || end === undefined || at === undefined || mono === undefined ? undefined : { boot, end, at, mono };
  }

  /** Minutes (epoch ms / 60,000) of reports that were dropped untold, from the first until before `to`; they are told of once. */
  takeLost(): { readonly from: number; readonly to: number } | undefined {
    const [from, to] = (this.note('lost') ?? '').split(' ').filter(Boolean).map(Number);
    if (from === undefined || to === undefined) return undefined;
    this.#guard((file) => file.dropNote('lost'));
    return { from, to };
  }

  keptMinutes(): KeptMinute[] {
    return this.#guard((file) => file.keptMinutes()) ?? [];
  }

  note(key: string): string | undefined {
    return this.#guard((file) => file.note(key));
  }

  dropNote(key: string): void {
    this.#guard((file) => file.dropNote(key));
  }

  setNote(key: string, value: string): void {
    this.#guard((file) => file.setNote(key, value));
  }

  #open(): OutboxFile {
    if (this.#file === undefined) throw new Error('the outbox is not open');
    return this.#file;
  }

  #store(entry: Entry): number | undefined {
    return this.#guard(
      (file) =>
        file.append(
          entry.kind,
          ({ stream, seq, oldest, dropped }) => {
            const body = entry.body({ oldest, dropped: dropped + this.#lost });
            return encode(entry.kind, { v: PROTOCOL_VERSION, stream, seq, ...entry.stamp, ...body } as Payloads[KeptKind]);
          },
          this.#memoryOnly ? { ...this.#bounds, maxBytes: Math.min(this.#bounds.maxBytes, MOST_IN_MEMORY) } : this.#bounds,
          entry.window === undefined ? undefined : forgetOf(entry.window, entry.stamp),
        ),
      true,
    );
  }

  #flushTail(): void {
    while (this.#tail.length > 0) {
      try {
        if (this.#store(this.#tail[0]!) === undefined) return;
      } catch (error) {
        // It breaks the contract and would block those behind it.
        this.#lost += 1;
        this.#log.error({ kind: this.#tail[0]!.kind, why: (error as Error).message }, 'a message could not be stored');
      }
      this.#tail.shift();
    }
  }

  /**
   * Does something with the file. undefined when the disk refuses now; a corrupt file is replaced and the work done on the new one.
   * `stores`: a message is put in. Only that says that there is room: reading always works, and a note may fit where another was.
   */
  #guard<T>(work: (file: OutboxFile) => T, stores = false): T | undefined {
    const attempt = (): T => {
      const result = work(this.#open());
      if (stores && this.#full) {
        this.#log.info('the disk takes messages again');
        this.#full = false;
      }
      return result;
    };
    try {
      return attempt();
    } catch (error) {
      const failure = failureOf(error);
      if (failure === 'other' || failure === 'busy') throw error;
      if (failure === 'corrupt') {
        this.#replace((error as Error).message);
        return attempt();
      }
      if (!this.#full)
        this.#log.error({ why: (error as Error).message }, `the disk takes no more messages; the last ${TAIL} wait in memory`);
      this.#full = true;
      return undefined;
    }
  }

  /** Sets the file aside for an engineer and begins a new one. */
  #replace(why: string): void {
    try {
      this.#file?.close();
    } catch {
      // It is broken; that is why it goes.
    }
    const aside = `${this.#path}.corrupt-${Date.now()}`;
    for (const suffix of ['', '-wal', '-shm']) {
      try {
        renameSync(`${this.#path}${suffix}`, `${aside}${suffix}`);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw agentFail('AGENT_OUTBOX', { path: this.#path, why }, error);
      }
    }
    this.#setAside += 1;
    this.#acknowledged = 0;
    this.#unmarked.clear();
    this.#log.error({ why, aside }, 'the outbox is damaged: it was set aside and a new stream begins');
    try {
      this.#file = this.#openFile(this.#path);
      this.#file.setNote('replaced', '1');
    } catch (error) {
      throw agentFail('AGENT_OUTBOX', { path: this.#path, why: (error as Error).message }, error);
    }
  }
}
