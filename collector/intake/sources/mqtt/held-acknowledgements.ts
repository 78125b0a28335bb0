import type { IPublishPacket, MqttClient } from 'mqtt';

const HELD_BACK = new Error('PUBACK held back');

/** PUBACK: type 4, remaining length 2, packet identifier. MQTT 5 reads the same four bytes as "success" (3.4.2.1). */
function puback(id: number): Buffer {
  return Buffer.from([0x40, 0x02, id >> 8, id & 0xff]);
}

/**
 * Holds PUBACKs back until a batch is durable, while mqtt.js goes on with the next packet.
 *
 * mqtt.js (5.16) handles packets one by one: after `handleMessage(packet, callback)` it sends the PUBACK and reads on when
 * `callback()` is called, so waiting there would make batches of one. Called with an error it sends no PUBACK and reads
 * on just the same (handlers/publish.js, case 1). So every message is answered with an "error" at once, and its PUBACK
 * is written later to the stream of the connection it came over. A packet identifier means nothing on another connection:
 * what was held when a connection ended is forgotten, and a broker that keeps sessions sends it again.
 *
 * The contract suite of message sources proves both halves against a real broker; it must pass before mqtt.js is updated.
 */
export class HeldAcknowledgements {
  readonly #client: MqttClient;
  #ids: number[] = [];
  #stream: unknown;

  constructor(client: MqttClient) {
    this.#client = client;
  }

  /** @returns call it when the message is durable */
  hold(packet: IPublishPacket): () => void {
    const { messageId: id } = packet;
    const { stream } = this.#client;
    if (packet.qos !== 1 || id === undefined) return () => undefined;
    return () => this.#answer(id, stream);
  }

  /** Makes mqtt.js read on without an answer of its own. */
  skipOwn(callback: (error?: Error) => void): void {
    callback(HELD_BACK);
  }

  /** All of a batch in one write. */
  #answer(id: number, stream: unknown): void {
    if (stream !== this.#client.stream || !this.#client.connected) return;
    this.#stream = stream;
    if (this.#ids.push(id) > 1) return;
    queueMicrotask(() => {
      const ids = this.#ids;
      this.#ids = [];
      if (this.#stream !== this.#client.stream || !this.#client.connected) return;
      this.#client.stream.write(Buffer.concat(ids.map(puback)));
    });
  }
}
