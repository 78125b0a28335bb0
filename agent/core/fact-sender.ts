import type { Birth } from '../../protocol/payloads/index.ts';
import type { Log } from '../../runtime/log.ts';
import type { InventoryPart, Memo, Sample } from '../probes/probe.ts';
import type { Counts } from './counts.ts';
import type { Stamp } from './outbox/outbox.ts';
import { InventoryFacts, SecurityFacts } from './parts.ts';
import type { ProbeRunner } from './probe-runner.ts';
import type { Reporter } from './reporter.ts';

const INVENTORY_EVERY_MS = 86_400_000;
const SECURITY_EVERY_MS = 6 * 3_600_000;

/** Disks that were told to fail, one a line. */
const FAILING = 'failing-disks';

interface Sent {
  digest: string;
  /** Monotonic, ms. */
  at: number;
}

/** Sends hardware and protection: at start, when they change, and daily or every six hours. */
export class FactSender {
  readonly os: Birth['os'];
  readonly #reporter: Reporter;
  readonly #runner: ProbeRunner;
  readonly #counts: Counts;
  readonly #log: Log;
  readonly #stamp: () => Stamp;
  readonly #afterSending: () => void;
  readonly #memo: Memo;
  readonly #quiet: () => boolean;
  readonly #inventory: InventoryFacts;
  readonly #security: SecurityFacts;
  #inventorySent: Sent | undefined;
  #securitySent: Sent | undefined;
  #sampling = false;
  #stopped = false;

  constructor(options: {
    reporter: Reporter;
    runner: ProbeRunner;
    counts: Counts;
    log: Log;
    os: Birth['os'];
    seat: string | undefined;
    memo: Memo;
    stamp: () => Stamp;
    /** Called when something was put into the outbox. */
    sent: () => void;
    /** Nothing heavy now: lessons. */
    quiet: () => boolean;
  }) {
    const { name, version } = options.os;
    this.os = options.os;
    this.#reporter = options.reporter;
    this.#runner = options.runner;
    this.#counts = options.counts;
    this.#log = options.log;
    this.#stamp = options.stamp;
    this.#afterSending = options.sent;
    this.#memo = options.memo;
    this.#quiet = options.quiet;
    this.#inventory = new InventoryFacts({ name, licence: 'unknown', ...(version === undefined ? {} : { version }) }, options.seat);
    this.#security = new SecurityFacts();
  }

  /** Takes the parts of a sample that are facts. */
  take(probe: string, sample: Sample): void {
    const parts = [
      sample.inventory === undefined ? undefined : this.#inventory.set(probe, sample.inventory),
      sample.security === undefined ? undefined : this.#security.set(probe, sample.security),
    ];
    for (const why of parts) {
      if (why === undefined) continue;
      this.#counts.add('part_refused');
      this.#log.warn({ probe, why }, 'what a probe told does not fit the contract and was left out');
    }
    if (sample.inventory?.disks !== undefined) this.#tellFailing(sample.inventory.disks);
  }

  /** An event for each disk that begins to predict its failure; one that goes on doing so is told once. */
  #tellFailing(disks: NonNullable<InventoryPart['disks']>): void {
    const looked = disks.filter((disk) => disk.health !== undefined);
    if (looked.length === 0 || this.#stopped) return;
    const names = new Map(
      looked.filter((disk) => disk.health?.state === 'failing').map((disk) => [disk.serial ?? disk.model ?? '?', disk.serial]),
    );
    const told = new Set((this.#memo.get(FAILING) ?? '').split('\n'));
    for (const [name, serial] of names) {
      if (told.has(name)) continue;
      this.#reporter.event('disk_failing', this.#stamp(), { component: 'disk', ...(serial === undefined ? {} : { serial }) });
      this.#afterSending();
    }
    this.#memo.set(FAILING, Array.from(names.keys()).join('\n'));
  }

  /** Reads and sends both now: protection first, which is quick, then the hardware. */
  async refresh(): Promise<void> {
    await this.#runner.sampleNow(['security']);
    this.#sendSecurity(true);
    await this.#runner.sampleNow(['inventory']);
    this.#sendInventory(true);
  }

  /** Samples what is due, and sends what has changed or is old. Nothing before the first time. */
  async due(): Promise<void> {
    if (this.#inventorySent === undefined || this.#sampling) return;
    this.#sampling = true;
    try {
      await this.#runner.sampleSlow(!this.#quiet());
      this.#sendSecurity(false);
      this.#sendInventory(false);
    } finally {
      this.#sampling = false;
    }
  }

  /** Sends nothing more, whatever a sample under way says. */
  stop(): void {
    this.#stopped = true;
  }

  #sendSecurity(always: boolean): void {
    if (this.#stopped) return;
    const sent = this.#next(this.#securitySent, this.#security.digest(), SECURITY_EVERY_MS, always);
    if (sent === undefined) return;
    this.#securitySent = sent;
    this.#reporter.send('security', this.#security.body(), this.#stamp());
    this.#afterSending();
  }

  #sendInventory(always: boolean): void {
    if (this.#stopped) return;
    const sent = this.#next(this.#inventorySent, this.#inventory.digest(), INVENTORY_EVERY_MS, always);
    if (sent === undefined) return;
    this.#inventorySent = sent;
    this.#reporter.send('inventory', this.#inventory.body(), this.#stamp());
    this.#afterSending();
  }

  #next(last: Sent | undefined, digest: string, everyMs: number, always: boolean): Sent | undefined {
    const at = this.#stamp().mono;
    return always || last === undefined || last.digest !== digest || at - last.at >= everyMs ? { digest, at } : undefined;
  }
}
