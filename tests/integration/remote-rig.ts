import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Agent, type AgentOptions } from '../../agent/core/agent.ts';
import { systemClock } from '../../agent/platform/clock.ts';
import { type AgentSettings, agentSettings } from '../../agent/settings.ts';
import { WrittenActions } from '../../agent/test-kit/actions.ts';
import { PlayedMachine } from '../../agent/test-kit/machine.ts';
import { type Broker, createBroker } from '../../broker/main.ts';
import { type Collector, collectorSettings, createCollector } from '../../collector/main.ts';
import { type Ledger, openLedger } from '../../ledger/index.ts';
import { encode } from '../../protocol/decode.ts';
import type { Command } from '../../protocol/payloads/index.ts';
import { topicOf } from '../../protocol/topics.ts';
import { newId } from '../../runtime/ids.ts';
import { silentLog } from '../../runtime/log.ts';
import { Metrics } from '../../runtime/metrics.ts';
import { loadSettings } from '../../runtime/settings.ts';
import { until } from '../tools/programs.ts';
import { settingsFor } from './broker-harness.ts';

export const PASSWORD = 'mot-mat-khau-dai';

/** Broker, collector and ledger as `labwatch up` joins them, and a school with a room; agents are the real ones on played machines. */
export class RemoteRig {
  readonly home = mkdtempSync(join(tmpdir(), 'labwatch-remote-'));
  ledger!: Ledger;
  broker!: Broker;
  collector!: Collector;
  room = '';
  readonly #agents = new Map<Agent, string>();
  #mqttPort = 0;

  static async start(): Promise<RemoteRig> {
    const rig = new RemoteRig();
    await rig.startServer();
    await rig.ledger.units.import([
      { code: 'T1', kind: 'school', name: 'THCS Lê Lợi', parentCode: null, zone: null },
      { code: 'P1', kind: 'room', name: 'Phòng máy 1', parentCode: 'T1', zone: null },
    ]);
    rig.room = (await rig.ledger.units.byCode('P1'))!.id;
    await rig.ledger.users.setPassword('admin', PASSWORD, false);
    return rig;
  }

  async startServer(): Promise<void> {
    this.ledger = await openLedger(this.home);
    const metrics = new Metrics();
    this.broker = createBroker({
      settings: settingsFor(this.home, { mqttPort: this.#mqttPort }),
      ledger: this.ledger,
      log: silentLog,
      metrics,
    });
    const { values } = loadSettings(collectorSettings, { argv: ['--home', this.home, '--http-port', '0'], env: {}, sections: [] });
    this.collector = createCollector({
      settings: values,
      ledger: this.ledger,
      log: silentLog,
      metrics,
      broker: this.broker.embedded,
      lookEveryMs: 200,
      brokerPorts: () => this.broker.addresses(),
    });
    await this.collector.start();
    await this.broker.start();
    this.#mqttPort = this.broker.addresses().mqtt!;
  }

  async stopServer(): Promise<void> {
    await this.broker.stop();
    await this.collector.stop();
    await this.ledger.close();
  }

  get url(): string {
    return `http://127.0.0.1:${this.collector.addresses().http}`;
  }

  get mqttUrl(): string {
    return `mqtt://127.0.0.1:${this.#mqttPort}`;
  }

  async token(): Promise<string> {
    const at = Date.now();
    return (await this.ledger.credentials.createToken({ unit: this.room, class: 'pc-student', expiresAt: at + 3_600_000, maxUses: 9, at }))
      .text;
  }

  /** An agent with a data folder of its own, or with that of another run. */
  async agent(options: { name: string; folder?: string; over?: Partial<AgentSettings>; more?: Partial<AgentOptions> }): Promise<Agent> {
    const { name, over = {}, more = {} } = options;
    const folder = options.folder ?? join(this.home, name);
    const machine = new PlayedMachine(systemClock);
    const { values } = loadSettings(agentSettings, { argv: [], env: {}, sections: ['agent'] });
    const fingerprint = async () => ({
      board: `BOARD-${name}`,
      macs: [`00:1b:21:00:00:${name.padStart(2, '0').slice(-2)}`],
      disks: [`DISK-${name}`],
    });
    const made = new Agent({
      settings: { ...values, home: folder, server: this.url, token: await this.token(), seat: `Máy ${name}`, ...over },
      log: silentLog,
      clock: systemClock,
      platform: { ...machine.platform, fingerprint },
      probes: machine.probes,
      random: () => 0,
      ownProcess: false,
      brokerUrl: undefined,
      actions: new WrittenActions(),
      ...more,
    });
    this.#agents.set(made, folder);
    await made.start();
    await until('the agent is connected', () => made.status().link === 'connected');
    return made;
  }

  /** @returns its data folder, for another run */
  async stopAgent(agent: Agent): Promise<string> {
    const folder = this.#agents.get(agent)!;
    this.#agents.delete(agent);
    await agent.stop();
    return folder;
  }

  /** Straight to a device, past the ledger. */
  async sayTo(device: string, command: Pick<Command, 'id' | 'name' | 'expires'>): Promise<void> {
    const message = { v: 1, stream: newId(), seq: 1, at: Date.now(), ...command } as const;
    await this.broker.embedded.publish(topicOf(device, 'command'), encode('command', message), { retain: false });
  }

  async login(name = 'admin'): Promise<string> {
    const response = await this.call('POST', '/api/v1/session', { body: { name, password: PASSWORD } });
    return response.headers.getSetCookie()[0]!.split(';')[0]!;
  }

  call(method: string, path: string, options: { body?: unknown; cookie?: string } = {}): Promise<Response> {
    const { body, cookie } = options;
    return fetch(this.url + path, {
      method,
      headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...(cookie === undefined ? {} : { cookie }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }

  async stop(): Promise<void> {
    for (const agent of this.#agents.keys()) await this.stopAgent(agent);
    await this.stopServer();
    rmSync(this.home, { recursive: true, force: true });
  }
}
