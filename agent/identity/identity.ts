import { readFileSync } from 'node:fs';
import type { Log } from '../../runtime/log.ts';
import { agentFail } from '../errors.ts';
import type { Clock } from '../platform/clock.ts';
import type { Fingerprint, Platform } from '../probes/probe.ts';
import type { AgentSettings } from '../settings.ts';
import { type Credentials, readCredentials, writeCredentials } from './credentials.ts';
import { enrol } from './enrol.ts';

/** A file named by a setting. @throws LabwatchError AGENT_FILE_UNREADABLE */
function readNamed(path: string, flag: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (error) {
    throw agentFail('AGENT_FILE_UNREADABLE', { path, flag, why: (error as NodeJS.ErrnoException).code ?? (error as Error).message }, error);
  }
}

/** A label for a seat nobody has named: the end of a MAC address tells forty new machines apart. Never the host name. */
export function defaultSeat({ macs }: Fingerprint): string {
  const mac = macs[0];
  return mac === undefined ? 'Máy mới' : `Máy mới ${mac.slice(-5).replace(':', '-').toUpperCase()}`;
}

/** Who this machine is: its credentials, and how it gets them. */
export class Identity {
  readonly #path: string;
  readonly #settings: AgentSettings;
  readonly #platform: Platform;
  readonly #clock: Clock;
  readonly #log: Log;
  #credentials: Credentials | undefined;

  constructor(options: { path: string; settings: AgentSettings; platform: Platform; clock: Clock; log: Log }) {
    this.#path = options.path;
    this.#settings = options.settings;
    this.#platform = options.platform;
    this.#clock = options.clock;
    this.#log = options.log;
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

  /**
   * Asks the server for an id and a secret and keeps them. The same machine gets its id back.
   * @throws LabwatchError AGENT_NOT_ENROLLED, AGENT_FILE_UNREADABLE and those of enrol()
   */
  async enrol(): Promise<Credentials> {
    const { server, ca, seat, insecurePlain } = this.#settings;
    const token = this.#token();
    if (server === undefined) throw agentFail('AGENT_NOT_ENROLLED', { what: '--server' });
    if (token === undefined) throw agentFail('AGENT_NOT_ENROLLED', { what: 'LABWATCH_TOKEN' });
    const fingerprint = await this.#platform.fingerprint();
    const credentials = await enrol({
      server,
      token,
      fingerprint,
      insecurePlain,
      ca: ca === undefined ? undefined : readNamed(ca, 'ca'),
      name: seat ?? defaultSeat(fingerprint),
      now: () => this.#clock.now(),
    });
    writeCredentials(this.#path, credentials);
    this.#credentials = credentials;
    this.#log.info({ device: credentials.device }, 'enrolled');
    return credentials;
  }

  #token(): string | undefined {
    const { token, tokenFile } = this.#settings;
    if (token !== undefined) return token;
    return tokenFile === undefined ? undefined : readNamed(tokenFile, 'token-file');
  }
}
