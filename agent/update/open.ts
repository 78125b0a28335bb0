import { readFileSync } from 'node:fs';
import { releasePlatform } from '../../protocol/release.ts';
import type { Log } from '../../runtime/log.ts';
import { VERSION } from '../../runtime/version.ts';
import { parseAddress } from '../identity/addresses.ts';
import type { Credentials } from '../identity/credentials.ts';
import type { ProxyFor } from '../net/proxy.ts';
import type { Clock } from '../platform/clock.ts';
import type { Platform } from '../probes/probe.ts';
import type { AgentSettings } from '../settings.ts';
import type { Server } from './ask.ts';
import { type ScheduleOptions, UpdateSchedule } from './schedule.ts';
import { UpdateMemory } from './state.ts';
import type { TrialWatch } from './trial-watch.ts';

/** What an executable needs to replace itself. */
export interface SelfUpdate {
  readonly trial: TrialWatch;
  /** Words with which it was started. */
  readonly words: readonly string[];
  /** Ends this process in good order; the service manager starts what lies in its place. */
  readonly restart: () => void;
  /** Gives back to the machine what nothing needs any more. */
  readonly reclaim: () => Promise<unknown>;
}

/** Parts of the agent that updating works with. */
export interface UpdateParts {
  readonly self: SelfUpdate | undefined;
  readonly settings: AgentSettings;
  readonly folder: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly platform: Platform;
  readonly proxyFor?: ProxyFor | undefined;
  readonly random: () => number;
  readonly credentials: () => Credentials | undefined;
  readonly connected: () => boolean;
  readonly quiet: () => boolean;
  /** What holds now, by the server's settings or this machine's own. */
  readonly wish: () => AgentSettings['update'];
  readonly tell: ScheduleOptions['tell'];
}

/** The server of the enrolment, trusted as then. */
function serverOf({ settings, credentials, proxyFor }: UpdateParts): Server | undefined {
  const known = credentials();
  if (settings.server === undefined || known === undefined) return undefined;
  const ca = settings.ca === undefined ? known.broker.ca : readFileSync(settings.ca, 'utf8');
  const url = parseAddress(settings.server, ['http:', 'https:'], settings.insecurePlain);
  return { url, ca, proxyFor, device: known.device, secret: known.secret };
}

/** The first machine on the way to the server: where there is a proxy, names of the world outside may mean nothing. */
function firstStop(server: URL, proxyFor: ProxyFor | undefined): URL {
  const proxy = proxyFor?.(server);
  if (proxy === undefined) return server;
  return new URL(`http://${proxy.host.includes(':') ? `[${proxy.host}]` : proxy.host}:${proxy.port}`);
}

/**
 * Updating as the settings want it; undefined where this program cannot replace itself (it runs from its sources, or there are no
 * releases for the system) or must not. What it takes to update is loaded when it is first needed.
 */
export function openUpdates(parts: UpdateParts): UpdateSchedule | undefined {
  const { self, settings, clock, log, random } = parts;
  const platform = releasePlatform(process.platform, process.arch);
  if (self === undefined || platform === undefined || settings.update === 'off') return undefined;
  const memory = new UpdateMemory(parts.folder);
  const keyFile = settings.releaseKey ?? self.trial.places.keys;
  return new UpdateSchedule({
    clock,
    random,
    log,
    memory,
    keyFile,
    trial: self.trial.state,
    version: VERSION,
    calmMs: settings.updateAfter * 60_000,
    server: () => serverOf(parts),
    quiet: () => parts.quiet() || parts.wish() === 'off',
    tell: parts.tell,
    restart: self.restart,
    reclaim: self.reclaim,
    load: async () => {
      const [{ Updater }, { lineTo }] = await Promise.all([import('./updater.ts'), import('./line.ts')]);
      return new Updater({
        places: self.trial.places,
        words: self.words,
        version: VERSION,
        platform,
        memory,
        keyFile,
        log,
        now: () => clock.now(),
        line: (server) => lineTo(firstStop(server, parts.proxyFor), parts.platform),
        get meteredToo() {
          return parts.wish() === 'metered-ok';
        },
        share: settings.updateShare,
        connected: parts.connected,
      });
    },
  });
}
