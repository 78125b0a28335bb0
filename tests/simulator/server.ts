import { startHttp, type HttpKit } from '../../collector/http/test-kit/http-kit.ts';
import { Intake } from '../../collector/intake/intake.ts';
import { EmbeddedSource } from '../../collector/intake/sources/embedded/embedded-source.ts';
import { HEALTHY } from '../../collector/ports/health.ts';
import { type Broker, createBroker } from '../../broker/main.ts';
import { silentLog } from '../../runtime/log.ts';
import { settingsFor } from '../integration/broker-harness.ts';
import type { SimClock } from './sim-clock.ts';

/** The real HTTP interface, the real ledger, the real broker and intake, in the time of the simulated world. */
export class Server {
  readonly kit: HttpKit;
  readonly #broker: Broker;
  readonly #intake: Intake;
  /** Ends up in the unit codes, so that the cases of one server do not meet. */
  #schools = 0;

  private constructor(kit: HttpKit, broker: Broker, intake: Intake) {
    this.kit = kit;
    this.#broker = broker;
    this.#intake = intake;
  }

  static async start(clock: SimClock): Promise<Server> {
    const many = { max: 1_000_000, windowMs: 60_000 };
    let port = 0;
    const kit = await startHttp({
      clock,
      enrolment: { brokerUrl: () => `mqtt://127.0.0.1:${port}`, clonesPerDay: 100 },
      limits: { requests: many, enrolments: many },
    });
    const { ledger, metrics, changes, home } = kit;
    const broker = createBroker({ settings: settingsFor(home), ledger, log: silentLog, metrics });
    const source = new EmbeddedSource(broker.embedded, { clock });
    const common = { ledger, changes, clock, metrics, log: silentLog };
    const intake = new Intake({ source, ...common, room: () => HEALTHY, committed: () => undefined });
    await intake.start();
    await broker.start();
    port = broker.addresses().mqtt!;
    return new Server(kit, broker, intake);
  }

  get url(): string {
    return this.kit.url;
  }

  async stop(): Promise<void> {
    await this.#broker.stop();
    await this.#intake.stop();
    await this.kit.stop();
  }

  /** A province with two schools and a room in each. @returns ids of province and rooms */
  async province(): Promise<{ province: string; room: string; otherRoom: string; elsewhere: string }> {
    this.#schools += 1;
    const code = (name: string): string => `${this.#schools}-${name}`;
    const unit = (name: string, kind: 'province' | 'school' | 'room', parent: string | null) =>
      ({ code: code(name), kind, name, parentCode: parent === null ? null : code(parent), zone: null }) as const;
    const { units } = this.kit.ledger;
    await units.import([
      unit('P', 'province', null),
      unit('S', 'school', 'P'),
      unit('R', 'room', 'S'),
      unit('Q', 'room', 'S'),
      unit('T', 'school', 'P'),
      unit('E', 'room', 'T'),
    ]);
    const id = async (name: string): Promise<string> => (await units.byCode(code(name)))!.id;
    return { province: await id('P'), room: await id('R'), otherRoom: await id('Q'), elsewhere: await id('E') };
  }

  async token(unit: string, at: number, more: { maxUses?: number } = {}): Promise<{ id: string; text: string }> {
    const wanted = { unit, class: 'pc-student', expiresAt: at + 30 * 86_400_000, maxUses: 1_000, at, ...more } as const;
    const made = await this.kit.ledger.credentials.createToken(wanted);
    return { id: made.token.id, text: made.text };
  }
}
