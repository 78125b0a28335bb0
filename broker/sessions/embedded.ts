import { isDownKind, parseTopic } from '../../protocol/topics.ts';

export interface EmbeddedMessage {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly retain: boolean;
}
export type EmbeddedHandler = (message: EmbeddedMessage) => Promise<void>;

/** The broker as a program in the same process sees it. */
export interface EmbeddedBroker {
  /**
   * Called for every message a device was allowed to publish, Wills too, in order per device. The promise holds the PUBACK
   * and the reading of that client back. When it rejects, the client is dropped without a PUBACK and sends again; a
   * Will, whose client is gone, is offered again until it is taken, its device comes back, or the broker stops.
   */
  onMessage(handler: EmbeddedHandler): void;
  /**
   * To a device (ack, config, command), QoS 1. Resolves when the broker took it, not when the device has it: one slow
   * device must not hold up the others. Rejects when the topic is not one of those.
   */
  publish(topic: string, payload: Uint8Array, options: { retain: boolean }): Promise<void>;
}

export type Send = (packet: { topic: string; payload: Buffer; retain: boolean }) => void;

/** Kept over stop and start: the handler is registered once. */
export class Embedded implements EmbeddedBroker {
  #handler: EmbeddedHandler | undefined;
  #send: Send | undefined;

  get handler(): EmbeddedHandler | undefined {
    return this.#handler;
  }

  onMessage(handler: EmbeddedHandler): void {
    this.#handler = handler;
  }

  attach(send: Send | undefined): void {
    this.#send = send;
  }

  async publish(topic: string, payload: Uint8Array, options: { retain: boolean }): Promise<void> {
    const kind = parseTopic(topic)?.kind;
    if (kind === undefined || !isDownKind(kind)) throw new TypeError(`not a topic to a device: ${topic}`);
    if (this.#send === undefined) throw new Error('the broker is not running');
    this.#send({ topic, payload: Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength), retain: options.retain });
  }
}
