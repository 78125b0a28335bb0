import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createHash } from 'node:crypto';
import { type Ledger, openLedger } from '../ledger/index.ts';
import { cliLanguage, type Command } from '../runtime/command.ts';
import { openHome } from '../runtime/home.ts';
import { type Lifecycle, untilSignal } from '../runtime/lifecycle.ts';
import { createLog, type Log } from '../runtime/log.ts';
import { Metrics } from '../runtime/metrics.ts';
import { readPrivate, sharedSecret } from '../runtime/private-file.ts';
import { loadSettings, settingsHelp, type Values } from '../runtime/settings.ts';
import { collectorFail } from './errors.ts';
import { type AskedAt, createHttp, type Check, type Http } from './http/app.ts';
import { Intake } from './intake/intake.ts';
import { EmbeddedSource } from './intake/sources/embedded/embedded-source.ts';
import { MqttSource } from './intake/sources/mqtt/mqtt-source.ts';
import { ChangeFeed } from './model/change-feed.ts';
import { systemClock } from './ports/clock.ts';
import type { EmbeddedBroker, MessageSource } from './ports/message-source.ts';
import { DownSender } from './remote/down-sender.ts';
import { Remote } from './remote/remote.ts';
import type { SeriesStore } from './ports/series-store.ts';
import { Drain } from './series/drain.ts';
import { EmbeddedStore } from './series/embedded/embedded-store.ts';
import { InfluxStore } from './series/influx/influx-store.ts';
import { SpoolGuard } from './series/spool-guard.ts';
import { collectorSettings } from './settings.ts';

export { collectorSettings } from './settings.ts';

export type CollectorSettings = Values<typeof collectorSettings>;

export interface CollectorOptions {
  readonly settings: CollectorSettings;
  readonly ledger: Ledger;
  readonly log: Log;
  readonly metrics: Metrics;
  /** The broker in the same process; without it messages come over MQTT. */
  readonly broker?: EmbeddedBroker;
  /** Ports of the broker in the same process, once it runs. */
  readonly brokerPorts?: () => BrokerPorts;
  /** PEM of the CA that devices shall trust. */
  readonly ca?: string;
  /** PEM; with it the HTTP interface also listens on TLS. */
  readonly tls?: { readonly key: string; readonly cert: string };
  /** How often the ledger is looked at for settings and commands of other programs, ms; default 2 s. */
  readonly lookEveryMs?: number;
}

export interface Collector extends Lifecycle {
  /** Real ports after start. */
  addresses(): { http?: number; https?: number };
  /** The one-time password of `admin`, until it is changed. */
  firstPassword(): string | undefined;
}

/** Ports of a broker in the same process. */
interface BrokerPorts {
  readonly mqtt?: number;
  readonly mqtts?: number;
  readonly wss?: number;
}

const MEBI = 2 ** 20;
/** IANA's port of MQTT over TLS, which our broker opens by default. */
const MQTTS_PORT = 8883;
const CONSOLE_FOLDER = fileURLToPath(new URL('../dashboards/console/dist', import.meta.url));

/** InfluxDB when its address is given, else the file. @throws LabwatchError COLLECTOR_INFLUX_LOGIN */
function seriesStore(settings: CollectorSettings, log: Log): SeriesStore {
  const { influxUrl: url, influxDb: database, influxUser: user, influxPassword: password, influxToken: token } = settings;
  if (url === undefined) return new EmbeddedStore({ path: join(settings.home, 'series.db'), days: settings.seriesDays });
  if ((user === undefined) !== (password === undefined) || (user !== undefined && token !== undefined))
    throw collectorFail('COLLECTOR_INFLUX_LOGIN');
  const login = token !== undefined ? { token } : user !== undefined && password !== undefined ? { user, password } : {};
  return new InfluxStore({ address: { url: checkAddress('influx-url', url), database, login }, log });
}

/** An address with a login in it would end up in logs. @throws LabwatchError COLLECTOR_ADDRESS, which does not repeat it */
function checkAddress(flag: string, address: string): string {
  const url = URL.parse(address);
  if (url === null) throw collectorFail('COLLECTOR_ADDRESS', { flag, why: 'it is not a complete address' });
  if (url.username !== '' || url.password !== '') throw collectorFail('COLLECTOR_ADDRESS', { flag, why: 'it has a user name in it' });
  return address;
}

/** @throws LabwatchError COLLECTOR_CA_FILE */
function readCa(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw collectorFail('COLLECTOR_CA_FILE', { path, why: (error as NodeJS.ErrnoException).code ?? 'unreadable' }, error);
  }
}

function messageSource({ settings, broker, log }: CollectorOptions): MessageSource {
  if (broker !== undefined) return new EmbeddedSource(broker);
  const { home, mqttUrl: url, mqttUser: user, mqttPassword, mqttCa, mqttShare: share } = settings;
  return new MqttSource({
    url: checkAddress('mqtt-url', url),
    user,
    password: mqttPassword ?? sharedSecret(join(home, 'service-secret')),
    // Two collectors of one share need two names; the same collector keeps its own.
    clientId: share === undefined ? user : `${user}-${createHash('sha256').update(`${hostname()} ${home}`).digest('hex').slice(0, 12)}`,
    ...(mqttCa === undefined ? {} : { ca: readCa(mqttCa) }),
    ...(share === undefined ? {} : { share }),
    log,
  });
}

/**
 * Where a newly enrolled device finds the broker: where the operator says; else, for one that came over TLS, under the name it
 * used for us; else where the collector itself goes.
 */
function brokerUrlFor(asked: AskedAt, settings: CollectorSettings, ports?: BrokerPorts): string {
  if (settings.brokerUrl !== undefined) return settings.brokerUrl;
  if (asked.secure) {
    const best = `mqtts://${asked.host}:${ports?.mqtts ?? MQTTS_PORT}`;
    // Where a school closes the port of MQTT, WebSocket may pass.
    return ports?.wss === undefined ? best : `${best},wss://${asked.host}:${ports.wss}`;
  }
  return ports?.mqtt === undefined ? settings.mqttUrl : `mqtt://127.0.0.1:${ports.mqtt}`;
}

class CollectorProgram implements Collector {
  readonly #http: Http;
  /** In the order of starting. */
  readonly #parts: readonly Lifecycle[];

  constructor(options: CollectorOptions) {
    const { settings, ledger, log, metrics, ca, tls, lookEveryMs } = options;
    const clock = systemClock;
    const changes = new ChangeFeed();
    const series = seriesStore(settings, log);
    const bounds = { rows: settings.spoolMaxRows, bytes: settings.spoolMaxMb * MEBI, freeBytes: settings.minFreeMb * MEBI };
    const guard = new SpoolGuard({ ledger, bounds, metrics, clock, log });
    // The embedded store works on this thread: small batches, so that nobody waits long behind one.
    const batch = settings.influxUrl === undefined ? 1_000 : 5_000;
    const drain = new Drain({ spool: ledger.spool, store: series, clock, metrics, log, batch });
    const source = messageSource(options);
    const sender = new DownSender({ publish: source.publish.bind(source), clock, metrics, log });
    const remote = new Remote({ ledger, sender, clock, log, ...(lookEveryMs === undefined ? {} : { lookEveryMs }) });
    const intake = new Intake({
      source,
      ledger,
      changes,
      clock,
      metrics,
      log,
      room: () => guard.health(),
      committed: () => drain.nudge(),
    });
    const health = async (): Promise<Check[]> => [
      { name: 'ledger', ...(await answers(ledger)) },
      ...intake.health(),
      { name: 'spool', ...guard.health() },
      { name: 'series', ...(drain.health().ready ? await series.health() : drain.health()) },
    ];
    this.#http = createHttp({
      ledger,
      series,
      changes,
      metrics,
      log,
      clock,
      settings,
      enrolment: {
        brokerUrl: (asked) => brokerUrlFor(asked, settings, options.brokerPorts?.()),
        clonesPerDay: settings.clonesPerDay,
        ...(ca === undefined ? {} : { ca }),
      },
      health,
      consoleFolder: CONSOLE_FOLDER,
      home: settings.home,
      ordered: () => remote.nudge(),
      ...(tls === undefined ? {} : { tls }),
    });
    // The store before what writes to it, messages last: what is taken can also be kept.
    this.#parts = [series, guard, drain, this.#http, intake, remote];
  }

  async start(): Promise<void> {
    try {
      for (const part of this.#parts) await part.start();
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  async stop(): Promise<void> {
    for (const part of this.#parts.toReversed()) await part.stop();
  }

  addresses(): { http?: number; https?: number } {
    return this.#http.addresses();
  }

  firstPassword(): string | undefined {
    return this.#http.firstPassword();
  }
}

async function answers(ledger: Ledger): Promise<{ ready: boolean; reason: string }> {
  try {
    await ledger.ping();
    return { ready: true, reason: 'ok' };
  } catch (error) {
    return { ready: false, reason: (error as Error).message };
  }
}

/** Wiring only: picks the adapters by the settings. @throws LabwatchError COLLECTOR_INFLUX_LOGIN */
export function createCollector(options: CollectorOptions): Collector {
  return new CollectorProgram(options);
}

/** What `ca` and `server` provisioning left in the data folder, if it did. */
function tlsIn(home: string): Pick<CollectorOptions, 'tls' | 'ca'> {
  const [key, cert, ca] = ['server.key', 'server.crt', 'ca.crt'].map((name) => readPrivate(join(home, 'tls', name)));
  return { ...(key === undefined || cert === undefined ? {} : { tls: { key, cert } }), ...(ca === undefined ? {} : { ca }) };
}

async function run(argv: readonly string[]): Promise<number> {
  const { values } = loadSettings(collectorSettings, { argv, env: process.env, sections: ['labwatch', 'collector'] });
  const home = openHome(values.home);
  const log = createLog({ level: values.logLevel, format: values.logFormat, program: 'collector' });
  const stopped = untilSignal();
  const ledger = await openLedger(home);
  try {
    const collector = createCollector({ settings: { ...values, home }, ledger, log, metrics: new Metrics(), ...tlsIn(home) });
    await collector.start();
    try {
      const { http } = collector.addresses();
      const password = collector.firstPassword();
      const once = cliLanguage() === 'vi' ? 'tài khoản: admin  mật khẩu dùng một lần:' : 'user: admin  one-time password:';
      process.stdout.write(`labwatch collector: http://127.0.0.1:${http}${password === undefined ? '' : `  ${once} ${password}`}\n`);
      await stopped;
      log.info('stopping');
    } finally {
      await collector.stop();
    }
    return 0;
  } finally {
    await ledger.close();
  }
}

const ABOUT = {
  en: ['Usage: labwatch collector [options]', 'Takes messages from a broker, keeps them, and serves the console and the API.', 'Settings'],
  vi: ['Cách dùng: labwatch collector [tùy chọn]', 'Nhận tin từ broker, lưu lại, và phục vụ trang quản lý cùng API.', 'Thiết lập'],
} as const;

/** `labwatch collector`: the collector in a process of its own. */
export const collectorCommand: Command = {
  name: 'collector',
  summary: { en: 'messages in, console and API out', vi: 'nhận tin từ thiết bị, phục vụ trang quản lý và API' },
  help: (language) => {
    const [usage, about, settings] = ABOUT[language];
    return `${usage}\n\n${about}\n\n${settings} (--flag, LABWATCH_*, TOML):\n${settingsHelp(collectorSettings, language)}`;
  },
  run,
};
