import type { FastifyBaseLogger, FastifyInstance, RawServerDefault } from 'fastify';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { Ledger } from '../../ledger/index.ts';
import type { Log } from '../../runtime/log.ts';
import type { Metrics } from '../../runtime/metrics.ts';
import type { ChangeFeed } from '../model/change-feed.ts';
import type { Clock } from '../ports/clock.ts';
import type { SeriesStore } from '../ports/series-store.ts';
import type { LiveHub } from './live/hub.ts';
import type { Fleet } from './devices/fleet.ts';

/** One part of the collector and whether it can do its work; for /readyz. */
export interface Check {
  readonly name: string;
  readonly ready: boolean;
  readonly reason: string;
}

/** How somebody reached the HTTP interface: what works for it is likely to work for the broker beside it. */
export interface AskedAt {
  readonly secure: boolean;
  /** Name or address without the port; IPv6 in brackets. */
  readonly host: string;
}

/** How much is let through. Windows in ms. */
export interface HttpLimits {
  /** Requests of any kind from one address. */
  readonly requests: { readonly max: number; readonly windowMs: number };
  /** Logins and password changes from one address. */
  readonly loginsPerAddress: { readonly max: number; readonly windowMs: number };
  /** Logins to one name, from anywhere. */
  readonly loginsPerName: { readonly max: number; readonly windowMs: number };
  /** Enrolments from one address: a whole lab behind one router installs at once. */
  readonly enrolments: { readonly max: number; readonly windowMs: number };
  /** Questions for a release from one address: every agent behind a router asks once a day, and again while it waits. */
  readonly updates: { readonly max: number; readonly windowMs: number };
  /** Open streams of events, in all. */
  readonly streams: number;
}

const MINUTE = 60_000;

export const DEFAULT_LIMITS: HttpLimits = {
  requests: { max: 1200, windowMs: MINUTE },
  loginsPerAddress: { max: 30, windowMs: 5 * MINUTE },
  loginsPerName: { max: 30, windowMs: 15 * MINUTE },
  enrolments: { max: 120, windowMs: MINUTE },
  updates: { max: 300, windowMs: MINUTE },
  streams: 200,
};

/** What the collector's main hands to the HTTP interface. */
export interface HttpOptions {
  readonly ledger: Pick<Ledger, 'units' | 'devices' | 'credentials' | 'usage' | 'users' | 'audit' | 'releases' | 'settings' | 'commands'>;
  readonly series: Pick<SeriesStore, 'read'>;
  readonly changes: Pick<ChangeFeed, 'subscribe'>;
  readonly metrics: Metrics;
  readonly log: Log;
  readonly clock: Clock;
  /** `httpPort` opens on 127.0.0.1, `httpsPort` on `listen` when there is TLS material; 0 lets the system choose. */
  readonly settings: { readonly httpPort: number; readonly httpsPort: number; readonly listen: string };
  readonly tls?: { readonly key: string; readonly cert: string };
  /** What an enrolled device is told of the broker. */
  readonly enrolment: {
    /** One address, or several separated by commas, best first. */
    brokerUrl(asked: AskedAt): string;
    readonly ca?: string;
    /** New devices in 24 hours that copies of one disk may become; default 100. */
    readonly clonesPerDay?: number;
  };
  health(): Promise<readonly Check[]> | readonly Check[];
  /** Folder of the built console; it may be missing. */
  readonly consoleFolder: string;
  /** Data folder: the first password is kept there. */
  readonly home: string;
  /** Settings or commands were written: they may go out. */
  readonly ordered?: () => void;
  readonly limits?: Partial<HttpLimits>;
}

/** What routes and plugins work with. */
export interface HttpContext extends HttpOptions {
  readonly limit: HttpLimits;
  readonly fleet: Fleet;
  readonly hub: LiveHub;
  /** Somebody changed a password: the kept one-time password may have to go. */
  passwordChanged(name: string): void;
}

/** fastify with schemas as types. */
export type App = FastifyInstance<RawServerDefault, IncomingMessage, ServerResponse, FastifyBaseLogger, TypeBoxTypeProvider>;
