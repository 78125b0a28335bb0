import type { Refusal } from '../refusals/catalogue.ts';

/** Packet types of MQTT 3.1.1, table 2.1, that the broker looks at. */
export const CONNECT = 1;
export const PUBLISH = 3;
/** CONNECT, PUBLISH, PUBACK, PUBREC, PUBREL, PUBCOMP, SUBSCRIBE, UNSUBSCRIBE, PINGREQ, DISCONNECT: what a client may send. */
export const CLIENT_TYPES: ReadonlySet<number> = new Set([1, 3, 4, 5, 6, 7, 8, 10, 12, 14]);

/** Called at the first byte of each packet: pass it on, keep it and all after it for later, or refuse the connection. */
export type PacketGate = (type: number) => 'pass' | 'hold' | Refusal;

export type Framed =
  /** So many bytes of the chunk may be passed on; the rest is to be offered again. */
  { readonly passed: number } | { readonly refusal: Refusal };

/**
 * Follows the fixed headers (MQTT 3.1.1, section 2.2) through a stream of bytes without keeping any: where packets start,
 * and how long each says it is, known before its body is read.
 */
export class Framer {
  readonly #maxPacket: number;
  #bodyLeft = 0;
  /** Inside a length field: bytes of the header so far, 0 = at the start of a packet. */
  #headerBytes = 0;
  #length = 0;

  constructor(maxPacket: number) {
    this.#maxPacket = maxPacket;
  }

  feed(chunk: Uint8Array, gate: PacketGate): Framed {
    let at = 0;
    while (at < chunk.length) {
      if (this.#bodyLeft > 0) {
        const step = Math.min(this.#bodyLeft, chunk.length - at);
        this.#bodyLeft -= step;
        at += step;
        continue;
      }
      const byte = chunk[at]!;
      if (this.#headerBytes === 0) {
        const verdict = gate(byte >> 4);
        if (verdict === 'hold') return { passed: at };
        if (verdict !== 'pass') return { refusal: verdict };
        this.#headerBytes = 1;
      } else {
        const refusal = this.#lengthByte(byte);
        if (refusal !== undefined) return { refusal };
      }
      at += 1;
    }
    return { passed: at };
  }

  /** Seven bits a byte, least significant first, at most four bytes (section 2.2.3). */
  #lengthByte(byte: number): Refusal | undefined {
    this.#length += (byte & 0x7f) * 128 ** (this.#headerBytes - 1);
    this.#headerBytes += 1;
    if (this.#length + this.#headerBytes > this.#maxPacket) return 'packet-too-large';
    if ((byte & 0x80) !== 0) return this.#headerBytes > 4 ? 'malformed' : undefined;
    this.#bodyLeft = this.#length;
    this.#headerBytes = 0;
    this.#length = 0;
    return undefined;
  }
}
