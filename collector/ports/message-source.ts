import type { Lifecycle } from '../../runtime/lifecycle.ts';

/** A message as it came, before anything is known of it. */
export interface IncomingMessage {
  readonly topic: string;
  readonly payload: Uint8Array;
  /** It came packed (protocol/packing.ts) and was unpacked: the sender reads packed payloads too. */
  readonly packed?: boolean;
  /** The broker kept it and gives it to us because we subscribed: it says nothing of now. */
  readonly retained: boolean;
  /** Server clock, epoch ms. */
  readonly receivedAt: number;
}

/** How a source gathers messages into batches. */
export interface GatherOptions {
  /** Most messages of one batch. */
  readonly maxBatch: number;
  /** From this many waiting messages on the source stops reading. */
  readonly bound: number;
  /** First and longest pause before a refused batch is offered again, ms. */
  readonly retry: { readonly first: number; readonly most: number };
}

/** @returns when the batch is durable (or refused for good); rejects when it must be offered again. */
export type BatchHandler = (batch: readonly IncomingMessage[]) => Promise<void>;

/**
 * Hands over batches and is told which of them are durable: the handler's promise.
 * Order: messages of one device come in the order the broker gave them. Delivery: at least once while the source
 * runs; over MQTT a message is acknowledged to the broker only after its batch resolved. Back-pressure: at most one batch
 * is under way, the next is gathered meanwhile up to a bound, then the source stops reading.
 */
export interface MessageSource extends Lifecycle {
  /** Must be called before start(). */
  onBatch(handler: BatchHandler): void;
  /** To one device (ack, config, command), QoS 1. Resolves when the broker took it. */
  publish(topic: string, payload: Uint8Array, options: { retain: boolean }): Promise<void>;
  /** For /readyz: connected and subscribed, or why not. */
  health(): { ready: boolean; reason: string };
}

/** What the embedded source needs of a broker in the same process; the roof hands it over. */
export interface EmbeddedBroker {
  /** Called for every message a device was allowed to publish, in order per device. The promise holds the PUBACK and the reading of that client back; when it rejects, the client gets no PUBACK and sends again. */
  onMessage(handler: (message: { topic: string; payload: Uint8Array; retain: boolean }) => Promise<void>): void;
  publish(topic: string, payload: Uint8Array, options: { retain: boolean }): Promise<void>;
}
