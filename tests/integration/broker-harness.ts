import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as x509 from '@peculiar/x509';
import { brokerSettings, createBroker, type Broker } from '../../broker/main.ts';
import { openLedger, type Ledger } from '../../ledger/index.ts';
import { silentLog, type Log } from '../../runtime/log.ts';
import { Metrics } from '../../runtime/metrics.ts';
import { loadSettings, type Values } from '../../runtime/settings.ts';

export interface Device {
  readonly id: string;
  readonly secret: string;
}

export type BrokerValues = Values<typeof brokerSettings>;

/** Defaults with every port chosen by the system. */
export function settingsFor(home: string, over: Partial<BrokerValues> = {}): BrokerValues {
  const { values } = loadSettings(brokerSettings, { argv: [], env: {}, sections: ['broker'] });
  return { ...values, mqttPort: 0, mqttsPort: 0, wsPort: 0, wssPort: 0, home, ...over };
}

/** A self-signed certificate for 127.0.0.1, written where the broker looks for it. @returns its PEM, which is also the CA to trust */
export async function makeCertificate(home: string, now = Date.now()): Promise<string> {
  x509.cryptoProvider.set(webcrypto as Crypto);
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: 'CN=localhost',
    keys,
    notBefore: new Date(now - 86_400_000),
    notAfter: new Date(now + 86_400_000),
    signingAlgorithm: algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.SubjectAlternativeNameExtension([
        { type: 'dns', value: 'localhost' },
        { type: 'ip', value: '127.0.0.1' },
      ]),
    ],
  });
  const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64');
  mkdirSync(join(home, 'tls'), { recursive: true });
  const key = `-----BEGIN PRIVATE KEY-----\n${der.replace(/.{64}/g, '$&\n')}\n-----END PRIVATE KEY-----\n`;
  writeFileSync(join(home, 'tls', 'server.key'), key, { mode: 0o600 });
  const pem = `${certificate.toString('pem')}\n`;
  writeFileSync(join(home, 'tls', 'server.crt'), pem);
  writeFileSync(join(home, 'tls', 'ca.crt'), pem);
  return pem;
}

/** The real broker over the real ledger, on ports of the system's choice. */
export class BrokerHarness {
  readonly home: string;
  readonly ledger: Ledger;
  readonly metrics: Metrics;
  readonly broker: Broker;
  readonly ca: string | undefined;
  readonly #token: string;
  #count = 0;

  private constructor(parts: { home: string; ledger: Ledger; metrics: Metrics; broker: Broker; ca: string | undefined; token: string }) {
    this.home = parts.home;
    this.ledger = parts.ledger;
    this.metrics = parts.metrics;
    this.broker = parts.broker;
    this.ca = parts.ca;
    this.#token = parts.token;
  }

  static async start(
    options: { tls?: boolean; settings?: Partial<BrokerValues>; before?: (broker: Broker) => void; log?: Log } = {},
  ): Promise<BrokerHarness> {
    const home = mkdtempSync(join(tmpdir(), 'labwatch-broker-'));
    const ca = options.tls === true ? await makeCertificate(home) : undefined;
    const ledger = await openLedger(home);
    await ledger.units.import([{ code: 'school', kind: 'school', name: 'Trường thử', parentCode: null, zone: null }]);
    const unit = (await ledger.units.byCode('school'))!;
    const at = Date.now();
    const token = await ledger.credentials.createToken({
      unit: unit.id,
      class: 'pc-student',
      expiresAt: at + 86_400_000,
      maxUses: 1_000,
      at,
    });
    const metrics = new Metrics();
    const broker = createBroker({ settings: settingsFor(home, options.settings), ledger, log: options.log ?? silentLog, metrics });
    options.before?.(broker);
    await broker.start();
    return new BrokerHarness({ home, ledger, metrics, broker, ca, token: token.text });
  }

  /** A freshly enrolled device. */
  async device(): Promise<Device> {
    this.#count += 1;
    const enrolled = await this.enrol(this.#count);
    return enrolled;
  }

  /** The same number is the same hardware. */
  async enrol(number: number): Promise<Device> {
    const tail = number.toString(16).padStart(4, '0');
    const outcome = await this.ledger.credentials.enrol({
      token: this.#token,
      name: `Máy ${number}`,
      fingerprint: {
        uuid: `0b0e4f6e-7a3c-4a0e-9d6c-00000000${tail}`,
        macs: [`02:00:00:00:${tail.slice(0, 2)}:${tail.slice(2)}`],
        disks: [`disk-${tail}`],
      },
      at: Date.now(),
    });
    if (outcome.outcome === 'refused') throw new Error(outcome.reason);
    return { id: outcome.device, secret: outcome.secret };
  }

  async devices(count: number): Promise<Device[]> {
    const made: Device[] = [];
    for (let i = 0; i < count; i++) made.push(await this.device());
    return made;
  }

  /** A sample of the metrics text; 0 when it is not there. */
  metric(sample: string): number {
    const line = this.metrics.text().split('\n').find((text) => text.startsWith(`${sample} `)); // prettier-ignore
    return line === undefined ? 0 : Number(line.slice(sample.length + 1));
  }

  refused(reason: string): number {
    return this.metric(`labwatch_broker_refused_total{reason="${reason}"}`);
  }

  /** All reasons that were counted. */
  refusals(): Record<string, number> {
    const pairs = [...this.metrics.text().matchAll(/^labwatch_broker_refused_total\{reason="([^"]+)"\} ([1-9]\d*)$/gm)];
    return Object.fromEntries(pairs.map((match) => [match[1]!, Number(match[2])]));
  }

  async stop(): Promise<void> {
    await this.broker.stop();
    await this.ledger.close();
    rmSync(this.home, { recursive: true, force: true });
  }
}

/** Waits for a condition instead of for a time; the limit only ends a test that has already failed. */
export async function until(what: string, check: () => boolean | Promise<boolean>, limitMs = 40_000): Promise<void> {
  const end = performance.now() + limitMs;
  while (!(await check())) {
    if (performance.now() > end) throw new Error(`not seen in ${limitMs} ms: ${what}`);
    await sleep(20);
  }
}
