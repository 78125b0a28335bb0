import type { Event } from '../../protocol/payloads/index.ts';
import type { Session } from '../../protocol/payloads/report.ts';
import type { Log } from '../../runtime/log.ts';
import type { MetricsPart } from '../probes/probe.ts';
import { Aggregate } from './aggregate.ts';
import type { Counts } from './counts.ts';
import { type Window, windowsOf } from './minute-book.ts';
import type { Body, KeptKind, KeptMinute, Outbox, Stamp } from './outbox/outbox.ts';

/** Writes what happened into the outbox as messages. */
export class Reporter {
  readonly #outbox: Outbox;
  readonly #log: Log;
  readonly #counts: Counts;
  readonly #boot: string;
  readonly #own: () => MetricsPart;
  readonly #aggregate = new Aggregate();

  /** `own`: the agent's own figures, read when a report is made. */
  constructor(options: { outbox: Outbox; log: Log; counts: Counts; boot: string; own: () => MetricsPart }) {
    this.#outbox = options.outbox;
    this.#log = options.log;
    this.#counts = options.counts;
    this.#boot = options.boot;
    this.#own = options.own;
  }

  metrics(probe: string, part: MetricsPart): void {
    for (const metric of this.#aggregate.add(part)) {
      this.#counts.add('metric_refused');
      this.#log.debug({ probe, metric, value: part[metric] }, 'a number that cannot be was left out');
    }
  }

  /** Reports of closed windows; the numbers gathered go with the last one. */
  windows(windows: readonly Window[], session: Session): void {
    for (const window of windows) this.#report(window, session, window === windows.at(-1), window);
  }

  /** A report of minutes that go on: they will be told again when they are over. */
  claim(window: Window, session: Session): void {
    this.#report(window, session, true, undefined);
  }

  /** Minutes that a run before this one kept and never told; each with the clocks and the boot of then. */
  recover(minutes: readonly KeptMinute[]): void {
    for (const boot of new Set(minutes.map((minute) => minute.boot))) {
      for (const window of windowsOf(minutes.filter((minute) => minute.boot === boot))) {
        const { at, mono, ...bits } = window;
        this.send('report', { ...bits, session: 'unknown', metrics: {} }, { at, mono, boot }, window);
      }
    }
  }

  event(code: Event['code'], stamp: Stamp, facts: Partial<Pick<Event, 'since' | 'count' | 'component' | 'serial'>> = {}): void {
    this.send('event', { code, ...facts }, stamp);
  }

  /** @returns its sequence number, or undefined when it is not stored (yet) */
  send<K extends KeptKind>(kind: K, body: Body<K>, stamp: Stamp, window?: Window): number | undefined {
    try {
      return this.#outbox.append(kind, body, stamp, window);
    } catch (error) {
      this.#counts.add('unsendable');
      this.#log.error({ kind, why: (error as Error).message }, 'a message breaks the contract and was not kept');
      return undefined;
    }
  }

  #report(window: Window, session: Session, withMetrics: boolean, forget: Window | undefined): void {
    const { at, mono, ...bits } = window;
    if (withMetrics) this.#aggregate.add(this.#own());
    this.send('report', { ...bits, session, metrics: withMetrics ? this.#aggregate.take() : {} }, { at, mono, boot: this.#boot }, forget);
  }
}
