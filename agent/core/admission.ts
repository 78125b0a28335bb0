import { createHash } from 'node:crypto';
import { LabwatchError } from '../../runtime/errors.ts';
import { newId } from '../../runtime/ids.ts';
import type { Log } from '../../runtime/log.ts';
import type { Credentials } from '../identity/credentials.ts';
import { mayPass } from '../identity/enrol.ts';
import type { Identity } from '../identity/identity.ts';
import type { Clock, Timer } from '../platform/clock.ts';
import type { Fingerprint, Platform } from '../probes/probe.ts';
import { Backoff } from './link/backoff.ts';
import type { Outbox } from './outbox/outbox.ts';

export interface AdmissionOptions {
  readonly identity: Identity;
  readonly outbox: Outbox;
  readonly platform: Platform;
  readonly clock: Clock;
  readonly log: Log;
  /** As Math.random. */
  readonly random: () => number;
  readonly boot: () => string;
  /** Who this machine is now; told once after the start, unless `settle` said it. */
  readonly onAdmitted: (credentials: Credentials) => Promise<void>;
  /** The machine has another id than before: what the server said to the old one does not hold. */
  readonly onNewId: () => void;
  /** Something stands in the way. */
  readonly onProblem: (error: unknown) => void;
}

const hash = (value: unknown): string => createHash('sha256').update(JSON.stringify(value)).digest('hex');
/** Refusals after which a token may still help. */
const HELPED_BY_TOKEN = new Set(['AGENT_PROOF_REFUSED', 'AGENT_TOKEN_REVOKED', 'AGENT_ENROLMENT_REFUSED']);

/**
 * Gets this machine an id and notices when the one it has may be another's: the data folder was copied with a disk, a part was
 * replaced, or somebody else connects under it. Only the server can tell these apart; while it does not answer, and the hardware is
 * clearly other, nothing is published.
 */
export class Admission {
  readonly #o: AdmissionOptions;
  #likeness: 'same' | 'doubtful' | 'other' = 'same';
  #timer: Timer | undefined;
  #stopped = false;

  constructor(options: AdmissionOptions) {
    this.#o = options;
  }

  /**
   * Compares the machine with the one the data folder belongs to. To be called with the outbox open, before anything is put into
   * it: messages of another machine must not go out under a new id, nor under numbers that were used.
   */
  async recognise(): Promise<void> {
    const { identity, outbox, platform, log } = this.#o;
    const fingerprint = await platform.fingerprint();
    const { uuid, board, macs, disks } = fingerprint;
    const machine = hash(uuid ?? board ?? [macs, disks]);
    const before = outbox.note('machine');
    const moved = before !== undefined && before !== machine;
    const known = identity.credentials !== undefined;
    this.#likeness = known ? (identity.likeness(fingerprint) ?? (moved ? 'other' : 'same')) : 'same';
    if (known && this.#likeness === 'same') this.#keepHardware(fingerprint);
    // Somebody took the credentials out of an image, and left the rest.
    if (this.#likeness === 'other' || (!known && moved)) this.#setApart(hash([uuid, board, macs, disks]));
    else if (moved) outbox.renew();
    if (before !== machine) outbox.setNote('machine', machine);
    if (this.#likeness !== 'same')
      log.warn({ likeness: this.#likeness }, 'the hardware is not the one this id was given for; the server is asked who this machine is');
  }

  /**
   * Says who this machine is, if that can be said now; else it is found out in the background.
   * @throws LabwatchError of Identity.enrol() that trying again cannot mend
   */
  async settle(): Promise<Credentials | undefined> {
    const { identity } = this.#o;
    const known = identity.credentials;
    if (known !== undefined && (this.#likeness === 'same' || !identity.canProve)) return known;
    try {
      return await (known === undefined ? this.#enrol() : this.#ask(false));
    } catch (error) {
      if (known === undefined && !mayPass(error)) throw error;
      this.#complain(error);
      void this.#later((error as { code?: string }).code ?? 'unknown', known !== undefined && this.#likeness === 'doubtful');
      // After a repair it is most likely still the same machine, and its line is free.
      return this.#likeness === 'doubtful' ? known : undefined;
    }
  }

  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
  }

  /** The broker refuses the secret: it was replaced, or this data folder is an older copy. @returns what to try now */
  async refused(): Promise<Credentials | undefined> {
    const { identity } = this.#o;
    try {
      if (identity.canProve) return await this.#ask(false);
      return identity.canEnrol ? await this.#enrol() : undefined;
    } catch (error) {
      this.#complain(error);
      return undefined;
    }
  }

  /**
   * Another machine connects under this id. One that is told to stay goes on at once: the other one then notices too.
   * @returns what to go on with; undefined when nobody could say
   */
  async duplicate(): Promise<Credentials | undefined> {
    if (!this.#o.identity.canProve) return undefined;
    try {
      return await this.#ask(true);
    } catch (error) {
      this.#complain(error);
      return undefined;
    }
  }

  /** Shows the secret; where that is not taken, the token if there is one. */
  async #ask(duplicate: boolean): Promise<Credentials> {
    const { identity, clock } = this.#o;
    const boot = this.#o.boot();
    try {
      return await identity.prove({ boot, mono: clock.mono(), duplicate, twin: this.#twin(boot) }, this.#beforeKeeping);
    } catch (error) {
      if (!HELPED_BY_TOKEN.has((error as { code?: string }).code ?? '') || !identity.canEnrol) throw error;
      return this.#enrol();
    }
  }

  #enrol(): Promise<Credentials> {
    return this.#o.identity.enrol(this.#beforeKeeping);
  }

  readonly #beforeKeeping = ({ device }: Credentials): void => {
    const { identity, outbox, onNewId } = this.#o;
    const before = identity.credentials?.device;
    const apart = outbox.note('apart');
    const boots = apart === undefined ? [] : (JSON.parse(apart) as { boots: string[] }).boots;
    if (before !== device && (before !== undefined || apart !== undefined)) {
      outbox.begin(boots);
      onNewId();
    }
    outbox.dropNote('apart');
    this.#likeness = 'same';
  };

  /** Random, and the same for all questions of one boot: an answer that is lost makes no device too many. A copy of it counts for nothing. */
  #twin(boot: string): string {
    const { outbox } = this.#o;
    const [of, kept] = (outbox.note('twin') ?? '').split(' ');
    if (of === boot && kept !== undefined) return kept;
    const twin = newId();
    outbox.setNote('twin', `${boot} ${twin}`);
    return twin;
  }

  #keepHardware(fingerprint: Fingerprint): void {
    const { identity, log } = this.#o;
    if (identity.credentials?.hardware !== undefined) return;
    try {
      identity.keepHardware(fingerprint);
    } catch (error) {
      log.debug({ err: error }, 'the hardware could not be written down');
    }
  }

  /**
   * What is in the outbox now comes from other hardware. Once for each hardware: it goes on in a stream of its own, remembers
   * which boots were not its own, and knows nothing of the end of another machine's last run.
   */
  #setApart(hardware: string): void {
    const { outbox } = this.#o;
    const kept = outbox.note('apart');
    if (kept !== undefined && (JSON.parse(kept) as { hardware: string }).hardware === hardware) return;
    outbox.renew();
    outbox.setNote('apart', JSON.stringify({ hardware, boots: outbox.boots() }));
    for (const note of ['run', 'watched', 'lost']) outbox.dropNote(note);
  }

  /** Tries until it works: soon after a server that did not answer, slowly after a refusal. One line per reason. */
  async #later(first: string, connected: boolean): Promise<void> {
    const { clock, random, identity, onAdmitted } = this.#o;
    const backoff = new Backoff(random);
    let said = first;
    while (!this.#stopped) {
      const pause = Promise.withResolvers<void>();
      this.#timer = clock.after(mayPass({ code: said }) ? backoff.next() : backoff.slow(), pause.resolve);
      await pause.promise;
      if (this.#stopped) return;
      try {
        const before = identity.credentials?.device;
        const now = identity.credentials === undefined ? await this.#enrol() : await this.#ask(false);
        if (!this.#stopped && (!connected || now.device !== before)) await onAdmitted(now);
        return;
      } catch (error) {
        const code = error instanceof LabwatchError ? error.code : 'unknown';
        if (code !== said) this.#complain(error);
        said = code;
      }
    }
  }

  #complain(error: unknown): void {
    const { log, onProblem } = this.#o;
    onProblem(error);
    if (error instanceof LabwatchError) log.warn({ code: error.code }, error.line());
    else log.error({ err: error }, 'enrolment failed');
  }
}
