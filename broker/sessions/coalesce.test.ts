import { Duplex } from 'node:stream';
import { expect, test } from 'vitest';
import { coalesce } from './coalesce.ts';

/** A stream that writes down in which pieces it was given its bytes. */
function watched(): { stream: Duplex; pieces: string[] } {
  const pieces: string[] = [];
  const stream = new Duplex({
    read: () => undefined,
    writev: (chunks, done) => {
      pieces.push(Buffer.concat(chunks.map(({ chunk }) => chunk as Buffer)).toString());
      done();
    },
  });
  return { stream, pieces };
}

/** As mqtt-packet writes a packet. */
function packet(stream: Duplex, ...parts: string[]): void {
  stream.cork();
  for (const part of parts) stream.write(part);
  process.nextTick(() => stream.uncork());
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

test('packets that come within a moment leave in one piece, later ones in another', async () => {
  const { stream, pieces } = watched();
  coalesce(stream, 30);
  packet(stream, 'PUB', 'ACK ');
  await new Promise((resolve) => setImmediate(resolve));
  packet(stream, 'ack');
  expect(pieces).toEqual([]);
  await sleep(80);
  expect(pieces).toEqual(['PUBACK ack']);
  packet(stream, 'ping');
  await sleep(80);
  expect(pieces).toEqual(['PUBACK ack', 'ping']);
});

test('what was written before the end is not lost', async () => {
  const { stream, pieces } = watched();
  coalesce(stream, 10);
  packet(stream, 'last');
  const finished = new Promise((resolve) => stream.once('finish', resolve));
  stream.end();
  await finished;
  expect(pieces).toEqual(['last']);
});
