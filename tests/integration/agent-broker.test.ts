import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { Counts } from '../../agent/core/counts.ts';
import { Link } from '../../agent/core/link/link.ts';
import { Outbox } from '../../agent/core/outbox/outbox.ts';
import type { Credentials } from '../../agent/identity/credentials.ts';
import { systemClock } from '../../agent/platform/clock.ts';
import { decode } from '../../protocol/decode.ts';
import { parseTopic } from '../../protocol/topics.ts';
import { type Log, silentLog } from '../../runtime/log.ts';
import { until } from '../tools/programs.ts';
import { BrokerHarness, makeCertificate } from './broker-harness.ts';

const cleanUps: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp();
});

const heard: string[] = [];

/** Our own broker; what devices say is written down. */
async function startBroker(): Promise<BrokerHarness> {
  heard.length = 0;
  const harness = await BrokerHarness.start({
    tls: true,
    before: (broker) =>
      broker.embedded.onMessage(async ({ topic, payload }) => {
        const kind = parseTopic(topic)!.kind;
        const decoded = kind === 'event' ? decode('event', payload) : undefined;
        heard.push(decoded?.ok === true ? `event ${decoded.message.since}` : kind);
      }),
  });
  cleanUps.push(() => harness.stop());
  return harness;
}

/** The agent's link with ten events in its outbox; lines it logs go to `lines`. */
async function startLink(credentials: Credentials): Promise<{ link: Link; lines: string[] }> {
  const folder = mkdtempSync(join(tmpdir(), 'labwatch-agent-broker-'));
  cleanUps.push(() => rmSync(folder, { recursive: true, force: true }));
  const outbox = new Outbox({ path: join(folder, 'outbox.db'), bounds: { maxMessages: 1000, maxBytes: 1e7 }, log: silentLog });
  await outbox.start();
  cleanUps.push(() => outbox.stop());
  const stamp = { at: Date.now(), mono: systemClock.mono(), boot: '0123456789abcdef' };
  for (let i = 1; i <= 10; i++) outbox.append('event', { code: 'clock_changed', since: i }, stamp);
  const lines: string[] = [];
  const log = { ...silentLog, info: () => undefined, debug: () => undefined, warn: (_: unknown, text: string) => void lines.push(text) };
  const link = new Link({
    credentials,
    outbox,
    clock: systemClock,
    random: () => 0,
    log: log as unknown as Log,
    counts: new Counts(),
    boot: stamp.boot,
    replayRate: 500,
    ackTimeoutMs: 60_000,
    birth: () => undefined,
    onConfig: () => undefined,
    onCommand: () => undefined,
    onRefused: async () => undefined,
  });
  cleanUps.push(() => link.stop());
  await link.start();
  return { link, lines };
}

const TEN = Array.from({ length: 10 }, (_, i) => `event ${i + 1}`);

test.each(['mqtt', 'mqtts', 'ws', 'wss'] as const)('over %s the events of a device arrive in order', async (protocol) => {
  const harness = await startBroker();
  const { id, secret } = await harness.device();
  const url = `${protocol}://127.0.0.1:${harness.broker.addresses()[protocol]}`;
  await startLink({ device: id, secret, broker: { url, ca: harness.ca! } });
  await until('ten events', () => heard.filter((each) => each.startsWith('event')).length >= 10);
  expect(heard).toEqual(['presence', ...TEN]);
});

test('a broker with a certificate of another authority gets no secret, and the line says why', async () => {
  const harness = await startBroker();
  const { id, secret } = await harness.device();
  const other = mkdtempSync(join(tmpdir(), 'labwatch-other-ca-'));
  cleanUps.push(() => rmSync(other, { recursive: true, force: true }));
  const ca = await makeCertificate(other);
  const url = `mqtts://127.0.0.1:${harness.broker.addresses().mqtts}`;
  const { lines } = await startLink({ device: id, secret, broker: { url, ca } });
  await until('the line', () => lines.length > 0);
  expect(lines[0]).toMatch(/^AGENT_CA_WRONG: /);
  expect(heard).toEqual([]);
});

test('a wrong secret is one line, and minutes pass before the next attempt', async () => {
  const harness = await startBroker();
  const { id } = await harness.device();
  const url = `mqtt://127.0.0.1:${harness.broker.addresses().mqtt}`;
  const { link, lines } = await startLink({ device: id, secret: 'x'.repeat(43), broker: { url } });
  await until('the line', () => lines.length > 0);
  expect(lines).toEqual([expect.stringMatching(/^AGENT_SECRET_REFUSED: /)]);
  expect(link.status()).toMatchObject({ state: 'waiting', error: 'AGENT_SECRET_REFUSED' });
});
