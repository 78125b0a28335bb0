import { readFileSync } from 'node:fs';
import type { Log } from '../../runtime/log.ts';
import { agentFail } from '../errors.ts';
import type { ProxyFor } from '../net/proxy.ts';
import type { Clock } from '../platform/clock.ts';
import type { Fingerprint, Platform } from '../probes/probe.ts';
import type { AgentSettings } from '../settings.ts';
import { type Credentials, readCredentials, writeCredentials } from './credentials.ts';
import { enrol, type EnrolmentOptions } from './enrol.ts';
import { likeness, type Likeness } from './hardware.ts';

/** A file named by a setting. @throws LabwatchError AGENT_FILE_UNREADABLE */
function readNamed(path: string, flag: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (error) {
    throw agentFail('AGENT_FILE_UNREADABLE', { path, flag, why: (error as NodeJS.ErrnoException).code ?? (error as Error).message }, error);
  }
}

/** As the server takes them; see EnrolmentRequest. */
const TOKEN = /^[A-Za-z0-9._~-]{10,200}$/;

/** A label for a seat nobody has named: the end of a MAC address tells forty new machines apart. Never the host name. */
export function defaultSeat({ macs }: Fingerprint): string {
  const mac = macs[0];
  return mac === undefined ? 'Máy mới' : `Máy mới ${mac.slice(-5).replace(':', '-').toUpperCase()}`;
}

/** How a machine that holds a secret asks who it is. */
export interface Asking {
  readonly boot: string;
  readonly mono: number;
  readonly duplicate: boolean;
  readonly twin: string;
}

/** Told what will be kept before it is: a crash in between asks again. */
export type Before = (credentials: Credentials) => void;
const nothing: Before = () => undefined;

/** Who this machine is: its credentials, and how it gets them. */
export class Identity {
  readonly #path: string;
  readonly #settings: AgentSettings;
  readonly #platform: Platform;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #proxyFor: ProxyFor | undefined;
  #credentials: Credentials | undefined;

  constructor(options: {
    path: string;
    settings: AgentSettings;
    platform: Platform;
    clock: Clock;
    log: Log;
    proxyFor?: ProxyFor | undefined;
  }) {
    this.#path = options.path;
    this.#settings = options.settings;
    this.#platform = options.platform;
    this.#clock = options.clock;
    this.#log = options.log;
    this.#proxyFor = options.proxyFor;
  }

  get credentials(): Credentials | undefined {
    return this.#credentials;
  }

  /** Reads what an earlier enrolment left. @throws LabwatchError AGENT_CREDENTIALS_BROKEN when it is broken and there is no token to enrol again */
  load(): Credentials | undefined {
    try {
      this.#credentials = readCredentials(this.#path);
    } catch (error) {
      if (this.#token() === undefined) throw error;
      this.#log.warn({ path: this.#path }, 'the credentials are broken; enrolling again');
    }
    return this.#credentials;
  }

  /** Whether `enrol` has what it needs. */
  get canEnrol(): boolean {
    return this.#settings.server !== undefined && this.#token() !== undefined;
  }

  /** Whether `prove` has what it needs. */
  get canProve(): boolean {
    return this.#credentials !== undefined && (this.#settings.server ?? this.#credentials.server) !== undefined;
  }

  /** Whether this is the hardware that the credentials were given for; undefined when that was not written down. */
  likeness(fingerprint: Fingerprint): Likeness | undefined {
    const kept = this.#credentials?.hardware;
    return kept === undefined ? undefined : likeness(kept as Fingerprint, fingerprint);
  }

  /**
   * Asks the server for an id and a secret with a token and keeps them. The same machine gets its id back.
   * @param before told what will be kept, before it is
   * @throws LabwatchError AGENT_NOT_ENROLLED, AGENT_FILE_UNREADABLE and those of enrol()
   */
  async enrol(before: Before = nothing): Promise<Credentials> {
    const token = this.#token();
    if (this.#settings.server === undefined) throw agentFail('AGENT_NOT_ENROLLED', { what: '--server' });
    if (token === undefined) throw agentFail('AGENT_NOT_ENROLLED', { what: 'LABWATCH_TOKEN' });
    const twin = this.#credentials?.twin;
    return this.#ask({ token, ...(twin === undefined ? {} : { twin }) }, before);
  }

  /**
   * Shows the secret this machine has, asks who it is and keeps the answer.
   * @param before as of enrol
   * @throws LabwatchError AGENT_NOT_ENROLLED, AGENT_FILE_UNREADABLE and those of enrol()
   */
  async prove(asking: Asking, before: Before = nothing): Promise<Credentials> {
    const known = this.#credentials;
    if (known === undefined) throw agentFail('AGENT_NOT_ENROLLED', { what: 'LABWATCH_TOKEN' });
    return this.#ask({ proof: { device: known.device, secret: known.secret, ...asking } }, before);
  }

  /** From now on this machine is who the server said; on disk when it returns. */
  #adopt(credentials: Credentials): void {
    const before = this.#credentials;
    writeCredentials(this.#path, credentials);
    this.#credentials = credentials;
    if (before === undefined) this.#log.info({ device: credentials.device }, 'enrolled');
    else if (before.device !== credentials.device)
      this.#log.warn({ device: credentials.device, before: before.device }, 'this machine has an id of its own now');
  }

  /** Writes down which hardware the credentials are for. */
  keepHardware(fingerprint: Fingerprint): void {
    if (this.#credentials === undefined) return;
    this.#credentials = { ...this.#credentials, hardware: plainOf(fingerprint) };
    writeCredentials(this.#path, this.#credentials);
  }

  async #ask(key: EnrolmentOptions['key'], before: Before): Promise<Credentials> {
    const server = this.#server();
    if (server === undefined) throw agentFail('AGENT_NOT_ENROLLED', { what: '--server' });
    // Half a line, or two: no server knows such a token, and ours would only say that the question is bad.
    if ('token' in key && !TOKEN.test(key.token)) throw agentFail('AGENT_TOKEN_UNKNOWN');
    const fingerprint = await this.#platform.fingerprint();
    const given = await enrol({
      server: server.url,
      ca: server.ca,
      key,
      fingerprint,
      insecurePlain: this.#settings.insecurePlain,
      ...(this.#proxyFor === undefined ? {} : { proxyFor: this.#proxyFor }),
      name: this.#settings.seat ?? defaultSeat(fingerprint),
      now: () => this.#clock.now(),
    });
    const credentials = { ...given, hardware: plainOf(fingerprint), server: { ...server, url: new URL(server.url).origin } };
    before(credentials);
    this.#adopt(credentials);
    return credentials;
  }

  /** Where the settings say, or where the last enrolment was. */
  #server(): NonNullable<Credentials['server']> | undefined {
    const { server, ca } = this.#settings;
    if (server === undefined) return this.#credentials?.server;
    return { url: server, ...(ca === undefined ? {} : { ca: readNamed(ca, 'ca') }) };
  }

  #token(): string | undefined {
    const { token, tokenFile } = this.#settings;
    if (token !== undefined) return token;
    if (tokenFile === undefined) return undefined;
    const text = readNamed(tokenFile, 'token-file');
    if (text === '') throw agentFail('AGENT_FILE_UNREADABLE', { path: tokenFile, flag: 'token-file', why: 'it is empty' });
    return text;
  }
}

const plainOf = ({ uuid, board, macs, disks }: Fingerprint): NonNullable<Credentials['hardware']> => ({
  ...(uuid === undefined ? {} : { uuid }),
  ...(board === undefined ? {} : { board }),
  macs: [...macs],
  disks: [...disks],
});
