import { array, asyncProperty, assert, constantFrom, integer, record, shuffledSubarray } from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DECODERS } from '../../collector/intake/decoders/index.ts';
import { Pipeline } from '../../collector/intake/pipeline/pipeline.ts';
import type { IncomingMessage } from '../../collector/ports/message-source.ts';
import { silentLog } from '../../runtime/log.ts';
import { Metrics } from '../../runtime/metrics.ts';
import { incoming, openSchool, Outbox, type School, snapshot } from './collector-school.ts';

const MINUTE = 60_000;
/** Shortly before midnight in Vietnam: windows fall on two days. */
const START = Date.parse('2026-11-19T22:00:00+07:00');
const RECEIVED = Date.parse('2026-11-21T08:00:00+07:00');

const pipelineOf = (school: School): Pipeline =>
  new Pipeline({
    ledger: school.ledger.intake,
    decoders: DECODERS,
    clock: { now: () => RECEIVED },
    metrics: new Metrics(),
    log: silentLog,
  });

const bit = constantFrom('0', '1');
const step = record({
  kind: constantFrom('report', 'report', 'report', 'report', 'birth', 'security', 'event'),
  minutes: array(record({ on: bit, active: bit }), { minLength: 1, maxLength: 5 }),
  cpu: integer({ min: 0, max: 100 }),
});
type Step = typeof step extends import('fast-check').Arbitrary<infer T> ? T : never;

/** What a device would send, one after the other, with clocks that are right or wrong by days. */
function messagesOf(outbox: Outbox, steps: readonly Step[]): IncomingMessage[] {
  let now = START;
  const messages: IncomingMessage[] = [];
  for (const { kind, minutes, cpu } of steps) {
    const on = minutes.map((each) => each.on).join('');
    const active = minutes.map((each) => (each.on === '1' ? each.active : '0')).join('');
    const end = now + on.length * MINUTE;
    // Only reports take time: the others may well be made in the same millisecond.
    if (kind === 'report') {
      const metrics = { cpu: { min: 0, mean: cpu / 2, max: cpu } };
      messages.push(incoming(outbox.device, 'report', outbox.report(now, on, active, { metrics }), RECEIVED));
      now = end;
    } else if (kind === 'birth') messages.push(incoming(outbox.device, 'birth', outbox.birth(now), RECEIVED));
    else if (kind === 'security') messages.push(incoming(outbox.device, 'security', outbox.security(now, { updates: cpu }), RECEIVED));
    else messages.push(incoming(outbox.device, 'event', outbox.event(now, { count: cpu }), RECEIVED));
  }
  return messages;
}

function batchesOf<T>(items: readonly T[], sizes: readonly number[]): T[][] {
  const batches: T[][] = [];
  for (let i = 0, n = 0; i < items.length; n++) {
    const size = sizes[n % sizes.length]!;
    batches.push(items.slice(i, i + size));
    i += size;
  }
  return batches;
}

describe('replay', () => {
  let straight: School;
  let shuffled: School;
  const cases = {
    steps: array(step, { minLength: 1, maxLength: 25 }),
    sizes: array(integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 4 }),
  };
  const skews = constantFrom(0, 45_000, -3 * 24 * 3_600_000, 40 * 365 * 24 * 3_600_000);
  // Every run takes a device of its own in two ledgers that are otherwise alike.
  const RUNS = 40;
  let next = 0;
  beforeAll(async () => {
    straight = await openSchool(RUNS);
    shuffled = await openSchool(RUNS);
  });
  afterAll(async () => {
    await straight.close();
    await shuffled.close();
  });

  test('in any order, in any batches, any number of times changes nothing', async () => {
    const anyOrder = record({
      ...cases,
      skew: skews,
      again: array(integer({ min: 0, max: 24 }), { maxLength: 40 }),
      order: shuffledSubarray([...Array(25).keys()], { minLength: 25 }),
    });
    const run = asyncProperty(anyOrder, async ({ steps, sizes, skew, again, order }) => {
      const at = next++ % RUNS;
      const made = [straight, shuffled].map((school) => {
        const outbox = new Outbox(school.devices[at]!, START - 3_600_000);
        outbox.skew = skew;
        const presence = incoming(outbox.device, 'presence', outbox.presence(RECEIVED - 50), RECEIVED);
        return { outbox, presence, messages: messagesOf(outbox, steps) };
      });
      const [first, second] = made as [(typeof made)[0], (typeof made)[0]];
      await pipelineOf(straight).handle([first.presence]);
      for (const message of first.messages) await pipelineOf(straight).handle([message]);
      const mixed = [...order, ...again].flatMap((i) => second.messages[i] ?? []);
      await pipelineOf(shuffled).handle([second.presence]);
      for (const batch of batchesOf(mixed, sizes)) await pipelineOf(shuffled).handle(batch);
      const [one, two] = [await ofDevice(straight, first.outbox), await ofDevice(shuffled, second.outbox)];
      expect(two).toEqual(one);
    });
    await assert(run, { numRuns: RUNS });
  });

  test('what was stored is what was sent: bitmaps against a plain set of minutes', async () => {
    const school = await openSchool(1);
    const outbox = new Outbox(school.devices[0]!, START - 3_600_000);
    const messages = [incoming(outbox.device, 'presence', outbox.presence(RECEIVED - 20), RECEIVED)];
    const truth = { on: new Set<string>(), active: new Set<string>() };
    for (let i = 0; i < 100; i++) {
      const start = START + i * 5 * MINUTE;
      const on = i % 7 === 3 ? '00000' : '11111';
      const active = i % 3 === 0 && on === '11111' ? '01010' : '00000';
      for (let m = 0; m < 5; m++) {
        const local = new Date(start + m * MINUTE + 7 * 3_600_000).toISOString().slice(0, 16);
        if (on[m] === '1') truth.on.add(local);
        if (active[m] === '1') truth.active.add(local);
      }
      messages.push(incoming(outbox.device, 'report', outbox.report(start, on, active), RECEIVED));
    }
    const { acknowledgements } = await pipelineOf(school).handle(messages);
    expect(acknowledgements).toEqual([{ device: outbox.device, stream: outbox.stream, contiguous: 100, ahead: [] }]);
    const stored = { on: new Set<string>(), active: new Set<string>() };
    for (const day of await school.ledger.usage.days(outbox.device, '2026-11-01', '2026-11-30')) {
      for (let m = 0; m < 1440; m++) {
        const local = `${day.day}T${String(Math.floor(m / 60)).padStart(2, '0')}:${String(m % 60).padStart(2, '0')}`;
        for (const which of ['on', 'active'] as const) if ((day[which][m >> 3]! & (0x80 >> (m & 7))) !== 0) stored[which].add(local);
      }
    }
    expect(stored).toEqual(truth);
    expect(truth.on.size).toBeGreaterThan(300);
    await school.close();
  });

  /** The part of the snapshot that is about one device, without the ids that differ between the two ledgers. */
  async function ofDevice(school: School, outbox: Outbox): Promise<unknown> {
    const text = JSON.stringify(await snapshot({ ...school, devices: [outbox.device] }));
    const all = JSON.parse(text.replaceAll(outbox.device, 'device').replaceAll(outbox.stream, 'stream')) as {
      lines: string[];
      parked?: number;
    };
    delete all.parked;
    return { ...all, lines: all.lines.filter((line) => line.includes('device=device')) };
  }
});
