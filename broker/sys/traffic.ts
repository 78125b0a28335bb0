import type { Socket } from 'node:net';
import type { Counter, Metrics } from '../../runtime/metrics.ts';

/** Counts packets and bytes: for `$SYS/broker` and for the metrics. */
export class Traffic {
  readonly #received: Counter;
  readonly #sent: Counter;
  readonly #publishReceived: Counter;
  readonly #publishSent: Counter;
  readonly #sockets = new Set<Socket>();
  #gone = { received: 0, sent: 0 };

  constructor(metrics: Metrics) {
    this.#received = metrics.counter('labwatch_broker_messages_received_total', 'MQTT packets received, of any type.');
    this.#sent = metrics.counter('labwatch_broker_messages_sent_total', 'MQTT packets sent, of any type.');
    this.#publishReceived = metrics.counter('labwatch_broker_publish_received_total', 'PUBLISH packets taken from clients, Wills too.');
    this.#publishSent = metrics.counter('labwatch_broker_publish_sent_total', 'PUBLISH packets sent to clients.');
    for (const counter of [this.#received, this.#sent, this.#publishReceived, this.#publishSent]) counter.add({}, 0);
    metrics.gauge('labwatch_broker_bytes_received', 'Bytes read from clients since the start, TLS included.', () => this.bytes().received);
    metrics.gauge('labwatch_broker_bytes_sent', 'Bytes written to clients since the start, TLS included.', () => this.bytes().sent);
  }

  opened(socket: Socket): void {
    this.#sockets.add(socket);
    socket.once('close', () => {
      this.#sockets.delete(socket);
      this.#gone.received += socket.bytesRead;
      this.#gone.sent += socket.bytesWritten;
    });
  }

  received(): void {
    this.#received.add();
  }

  /** CONNACK, SUBACK, UNSUBACK or PINGRESP. */
  answered(): void {
    this.#sent.add();
  }

  /** A PUBLISH was allowed; QoS 1 is answered. */
  published(qos: number, isWill: boolean): void {
    this.#publishReceived.add();
    if (qos === 1 && !isWill) this.#sent.add();
  }

  forwarded(): void {
    this.#publishSent.add();
    this.#sent.add();
  }

  bytes(): { received: number; sent: number } {
    const sum = { ...this.#gone };
    for (const socket of this.#sockets) {
      sum.received += socket.bytesRead;
      sum.sent += socket.bytesWritten;
    }
    return sum;
  }

  packets(): { received: number; sent: number; publishReceived: number; publishSent: number } {
    return {
      received: this.#received.get(),
      sent: this.#sent.get(),
      publishReceived: this.#publishReceived.get(),
      publishSent: this.#publishSent.get(),
    };
  }
}
