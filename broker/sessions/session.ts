import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { DEVICE_ID } from '../../protocol/topics.ts';
import type { Principal } from '../acl/principal.ts';
import { Gate } from '../limits/gate.ts';
import type { Refusal } from '../refusals/catalogue.ts';
import type { RefusalRecorder } from '../refusals/recorder.ts';

export type Transport = 'mqtt' | 'mqtts' | 'ws' | 'wss';

/** What a listener hands over: the stream that carries MQTT, and the socket under it. */
export interface Connection {
  readonly stream: Duplex;
  readonly socket: Socket;
  readonly transport: Transport;
  readonly address: string;
}

/** What CONNECT said that is needed later. */
export interface Login {
  readonly clientId: string;
  readonly keepAlive: number;
  /** The object itself: aedes publishes this very one when the connection is lost, which is how a Will is recognised. */
  readonly will: object | undefined;
  readonly willRequest: { topic: string; retain: boolean; qos: number; bytes: number } | undefined;
  /** Epoch ms, taken before the secret was looked at: a secret changed after this shuts the connection out. */
  readonly at: number;
}

/** One connection from its first byte to its last. */
export class Session {
  readonly connection: Connection;
  readonly gate: Gate;
  login: Login | undefined;
  principal: Principal | undefined;
  /** As aedes knows it (it makes one up for an empty one); set once the client is registered. */
  clientId: string | undefined;
  /** Filters granted and not given back. */
  subscriptions = 0;
  /** Releases PUBACKs in the order the messages came. */
  tail: Promise<unknown> = Promise.resolve();
  readonly #recorder: RefusalRecorder;
  #refused: Refusal | undefined;

  constructor(connection: Connection, options: { recorder: RefusalRecorder; maxPacket: number; onPacket: () => void }) {
    this.connection = connection;
    this.#recorder = options.recorder;
    this.gate = new Gate(connection.stream, {
      maxPacket: options.maxPacket,
      onPacket: options.onPacket,
      refuse: (reason) => this.drop(reason),
    });
  }

  get refused(): Refusal | undefined {
    return this.#refused;
  }

  /** Counts a refusal that leaves the connection standing (a subscription). */
  note(reason: Refusal): void {
    const { address, transport } = this.connection;
    const name = this.principal?.id ?? this.login?.clientId;
    const device = name !== undefined && DEVICE_ID.test(name) ? name : undefined;
    this.#recorder.refuse(reason, { address, transport, ...(device === undefined ? {} : { device }) });
  }

  /** Counts the refusal that ends this connection; only the first one counts, what follows from it does not. */
  condemn(reason: Refusal): void {
    if (this.#refused !== undefined) return;
    this.#refused = reason;
    this.note(reason);
  }

  /** Refuses and closes at once. */
  drop(reason: Refusal): void {
    this.condemn(reason);
    this.gate.close();
    this.connection.stream.destroy();
  }
}
