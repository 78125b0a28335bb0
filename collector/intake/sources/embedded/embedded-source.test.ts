import { once } from 'node:events';
import { createServer } from 'node:net';
import { Aedes, type AedesPublishPacket } from 'aedes';
import mqtt, { type MqttClient } from 'mqtt';
import { messageSourceContract, type SourceHarness } from '../../../ports/message-source.contract.ts';
import type { EmbeddedBroker } from '../../../ports/message-source.ts';
import { EmbeddedSource } from './embedded-source.ts';

/** A bare aedes as the roof would hand it over: its PUBACK waits for the handler. Ours is tested in `broker`. */
async function bareBroker(): Promise<{ embedded: EmbeddedBroker; url: string; close(): Promise<void> }> {
  let handler: Parameters<EmbeddedBroker['onMessage']>[0] | undefined;
  const aedes = await Aedes.createBroker({
    authorizePublish: (client, packet, done) => {
      if (client === null || handler === undefined) return done(null);
      const { topic, payload, retain } = packet as AedesPublishPacket;
      void answerAfter(handler({ topic, payload: Buffer.from(payload), retain }), done);
    },
  });
  const server = createServer((socket) => aedes.handle(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const embedded: EmbeddedBroker = {
    onMessage: (given) => {
      handler = given;
    },
    publish: (topic, payload, { retain }) =>
      new Promise((resolve, reject) => {
        const packet = { cmd: 'publish', qos: 1, dup: false, topic, payload: Buffer.from(payload), retain } as const;
        aedes.publish(packet, (error) => (error ? reject(error) : resolve()));
      }),
  };
  const close = async (): Promise<void> => {
    await new Promise<void>((resolve) => aedes.close(resolve));
    server.close();
    await once(server, 'close');
  };
  return { embedded, url: `mqtt://127.0.0.1:${(server.address() as { port: number }).port}`, close };
}

async function answerAfter(stored: Promise<void>, done: (error?: Error | null) => void): Promise<void> {
  const error = await stored.then(
    () => null,
    (reason: Error) => reason,
  );
  done(error);
}

async function openHarness(): Promise<SourceHarness> {
  const broker = await bareBroker();
  const device: MqttClient = await mqtt.connectAsync(broker.url, { clientId: 'device', reconnectPeriod: 0 });
  device.on('error', () => undefined);
  const perTopic = new Map<string, MqttClient>();
  // One connection for each device: a real one has its own, and holding one back must not hold the others.
  const connectionFor = async (topic: string): Promise<MqttClient> => {
    const known = perTopic.get(topic);
    if (known !== undefined) return known;
    const fresh = mqtt.connect(broker.url, { clientId: topic, reconnectPeriod: 0 });
    fresh.on('error', () => undefined);
    perTopic.set(topic, fresh);
    return fresh;
  };
  return {
    source: (gather) => new EmbeddedSource(broker.embedded, { gather }),
    publish: async (topic, payload) => {
      await (await connectionFor(topic)).publishAsync(topic, payload, { qos: 1 });
    },
    listen: async (topic) => {
      const heard: string[] = [];
      device.on('message', (_topic, payload) => heard.push(payload.toString()));
      await device.subscribeAsync(topic, { qos: 1 });
      return heard;
    },
    close: async () => {
      for (const client of [device, ...perTopic.values()]) await client.endAsync(true);
      await broker.close();
    },
  };
}

messageSourceContract('embedded', openHarness);
