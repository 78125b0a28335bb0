import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DECODERS } from '../../collector/intake/decoders/index.ts';
import { Pipeline } from '../../collector/intake/pipeline/pipeline.ts';
import type { Reason, Stage } from '../../collector/intake/pipeline/stage.ts';
import { STEPS } from '../../collector/intake/pipeline/steps.ts';
import type { IncomingMessage } from '../../collector/ports/message-source.ts';
import type { Id } from '../../ledger/index.ts';
import { decode, encode } from '../../protocol/decode.ts';
import { MAX_PAYLOAD_BYTES } from '../../protocol/envelope.ts';
import type { Payloads } from '../../protocol/payloads/index.ts';
import { UP_KINDS, type UpKind } from '../../protocol/topics.ts';
import { newId } from '../../runtime/ids.ts';
import { silentLog } from '../../runtime/log.ts';
import { Metrics } from '../../runtime/metrics.ts';
import { invalidExamples, validExamples } from '../tools/examples.ts';
import { incoming, openSchool, Outbox, type School } from './collector-school.ts';

const NOW = Date.parse('2026-12-01T08:00:00+07:00');
const HOUR = 3_600_000;

const raw = (device: Id, kind: string, payload: Uint8Array | string, retained = false): IncomingMessage => ({
  topic: `labwatch/v1/${device}/${kind}`,
  payload: typeof payload === 'string' ? Buffer.from(payload) : payload,
  retained,
  receivedAt: NOW,
});

const examples = UP_KINDS.flatMap((kind) => invalidExamples(kind).map((example) => Object.assign(example, { kind })));
const goodOnes = UP_KINDS.flatMap((kind) => validExamples(kind).map((example) => Object.assign(example, { kind })));

describe('bad input costs nothing but itself', () => {
  let school: School;
  let used = 0;
  beforeAll(async () => {
    school = await openSchool(examples.length + goodOnes.length + 60);
  });
  afterAll(() => school.close());

  const newOutbox = (): Outbox => new Outbox(school.devices[used++]!, NOW - 5 * HOUR);

  /** A pipeline with counters of its own. */
  class Rig {
    readonly metrics = new Metrics();
    readonly #pipeline: Pipeline;

    constructor(steps: readonly Stage[] = STEPS) {
      const { metrics } = this;
      this.#pipeline = new Pipeline({
        ledger: school.ledger.intake,
        decoders: DECODERS,
        clock: { now: () => NOW },
        metrics,
        log: silentLog,
        steps,
      });
    }

    handle(...messages: IncomingMessage[]): ReturnType<Pipeline['handle']> {
      return this.#pipeline.handle(messages);
    }

    count(kind: UpKind | 'other', outcome: 'stored' | 'dropped' | 'parked', reason: Reason | ''): number {
      return this.metrics.counter('labwatch_intake_messages_total', 'x').get({ kind, outcome, reason });
    }

    /** All counts, so that nothing was counted elsewhere. */
    total(): number {
      const samples = this.metrics.text().matchAll(/^labwatch_intake_messages_total\{.*\} (\d+)$/gm);
      return [...samples].reduce((sum, [, value]) => sum + Number(value), 0);
    }
  }

  async function stored(outbox: Outbox): Promise<boolean> {
    return (await school.ledger.spool.peek(1_000_000)).some(({ line }) => line.includes(outbox.device));
  }

  test.each(examples)('$kind/$name: $why', async ({ kind, bytes, expected }) => {
    const rig = new Rig();
    const outbox = newOutbox();
    const decoded = decode(kind, bytes);
    const place = decoded.ok ? undefined : decoded.place;
    const before = await school.ledger.spool.counts();
    await rig.handle(raw(outbox.device, kind, bytes), incoming(outbox.device, 'report', outbox.report(NOW - HOUR, '11111', '00000'), NOW));
    expect(rig.count(kind, place === undefined ? 'dropped' : 'parked', expected)).toBe(1);
    expect(rig.count('report', 'stored', '')).toBe(1);
    expect(rig.total()).toBe(2);
    expect(await stored(outbox)).toBe(true);
    const after = await school.ledger.spool.counts();
    expect(after.parked - before.parked).toBe(place === undefined ? 0 : 1);
    if (place === undefined) return;
    const [parked] = await school.ledger.spool.parked(1);
    expect(parked).toMatchObject({ device: outbox.device, kind, code: expected, at: NOW });
    expect(JSON.parse(Buffer.from(parked!.payload).toString())).toMatchObject({ stream: place.stream, seq: place.seq });
    // Its place is taken: sent again it is a duplicate, and acknowledged.
    const { acknowledgements } = await rig.handle(raw(outbox.device, kind, bytes));
    expect(rig.count(kind, 'dropped', 'DUPLICATE')).toBe(1);
    expect(acknowledgements.map(({ stream }) => stream)).toEqual([place.stream]);
  });

  test.each(goodOnes)('$kind/$name is stored, or parked for its time alone', async ({ kind, bytes }) => {
    const rig = new Rig();
    await rig.handle(raw(newOutbox().device, kind, bytes));
    expect(rig.count(kind, 'stored', '') + rig.count(kind, 'parked', 'TIME_IMPLAUSIBLE')).toBe(1);
  });

  test('a message that makes the writing of its whole batch fail is parked, and its neighbours are stored', async () => {
    const [good, bad, later] = [newOutbox(), newOutbox(), newOutbox()];
    const trap: Stage = {
      name: 'trap',
      finish: async (batch) => {
        if (batch.items.some(({ device, verdict }) => device === bad.device && verdict.fate === 'keep')) throw new RangeError('a defect');
      },
    };
    const rig = new Rig([...STEPS, trap]);
    const reports = [good, bad, later].map((each) => incoming(each.device, 'report', each.report(NOW - HOUR, '1', '0'), NOW));
    const presence = incoming(bad.device, 'presence', bad.presence(NOW), NOW);
    const { acknowledgements } = await rig.handle(...reports, presence);
    expect(new Map(acknowledgements.map(({ device, contiguous }) => [device, contiguous]))).toEqual(
      new Map([good, bad, later].map(({ device }) => [device, 1])),
    );
    expect([await stored(good), await stored(bad), await stored(later)]).toEqual([true, false, true]);
    expect([rig.count('report', 'parked', 'INTERNAL'), rig.count('presence', 'dropped', 'INTERNAL'), rig.total()]).toEqual([1, 1, 4]);
    // What fails for another reason is not blamed on a message.
    const broken: Stage = { name: 'broken', finish: async () => Promise.reject(new Error('the ledger is gone')) };
    await expect(new Rig([...STEPS, broken]).handle(incoming(good.device, 'report', good.report(NOW, '1', '0'), NOW))).rejects.toThrow(
      'gone',
    );
  });

  test('of a refused message nothing is kept that the contract would not take', async () => {
    const rig = new Rig();
    const { device } = newOutbox();
    const telling = {
      v: 1,
      stream: newId(),
      seq: 1,
      at: NOW,
      mono: 1,
      boot: '0123456789abcdef',
      seat: 'C:\\Users\\Lan',
      Lan: { file: 'thu-cua-Lan.docx' },
    };
    await rig.handle(raw(device, 'inventory', JSON.stringify(telling)));
    expect(rig.count('inventory', 'parked', 'SCHEMA')).toBe(1);
    const [parked] = await school.ledger.spool.parked(1);
    expect(parked).toMatchObject({ device, kind: 'inventory' });
    expect(Buffer.from(parked!.payload).toString() + parked!.detail).not.toMatch(/Lan/);
  });

  type Make = (outbox: Outbox, good: Payloads['report']) => IncomingMessage;
  const json = (value: unknown): string => JSON.stringify(value);
  const cases: [string, UpKind | 'other', 'dropped' | 'parked', Reason, Make][] = [
    ['truncated JSON', 'report', 'dropped', 'NOT_JSON', (o, good) => raw(o.device, 'report', json(good).slice(0, -20))],
    [
      'invalid UTF-8',
      'report',
      'dropped',
      'NOT_UTF8',
      (o, good) => raw(o.device, 'report', Buffer.from(json(good).replace('open', 'op\u00e9n'), 'latin1')),
    ],
    ['packed nonsense', 'report', 'dropped', 'PACKING', (o) => raw(o.device, 'report', Buffer.from('\u0001nonsense'))],
    ['16 KiB and a byte', 'report', 'dropped', 'TOO_LARGE', (o, good) => raw(o.device, 'report', json(good).padEnd(MAX_PAYLOAD_BYTES + 1))],
    ['deep nesting', 'report', 'dropped', 'TOO_DEEP', (o) => raw(o.device, 'report', '['.repeat(8_000) + ']'.repeat(8_000))],
    ['another version', 'report', 'parked', 'WRONG_VERSION', (o, good) => raw(o.device, 'report', json({ ...good, v: 2 }))],
    [
      'a rule broken',
      'report',
      'parked',
      'RULE',
      (o, good) => raw(o.device, 'report', json({ ...good, active: '1'.repeat(good.span + 1) })),
    ],
    [
      '1970 of an unknown clock',
      'report',
      'parked',
      'TIME_IMPLAUSIBLE',
      (o, good) => incoming(o.device, 'report', { ...good, at: 60_000, minute: 1, boot: 'f'.repeat(16) }, NOW),
    ],
    [
      '2099 of an unknown clock',
      'report',
      'parked',
      'TIME_IMPLAUSIBLE',
      (o, good) =>
        incoming(
          o.device,
          'report',
          { ...good, at: Date.UTC(2099, 1, 1), minute: Date.UTC(2099, 1, 1) / 60_000, boot: 'f'.repeat(16) },
          NOW,
        ),
    ],
    [
      'minutes of 2099 in a message of now',
      'report',
      'parked',
      'TIME_IMPLAUSIBLE',
      (o, good) => incoming(o.device, 'report', { ...good, minute: Date.UTC(2099, 1, 1) / 60_000 }, NOW),
    ],
    ['a kind nobody knows', 'other', 'dropped', 'UNKNOWN_KIND', (o, good) => raw(o.device, 'telemetry', json(good))],
    [
      'a topic of somebody else',
      'other',
      'dropped',
      'NOT_OURS',
      (_, good) => ({ topic: 'zigbee2mqtt/lamp', payload: Buffer.from(json(good)), retained: false, receivedAt: NOW }),
    ],
    ['a device that is not enrolled', 'report', 'dropped', 'UNKNOWN_DEVICE', (_, good) => incoming(newId(), 'report', good, NOW)],
    ['a retained report', 'report', 'dropped', 'RETAINED', (o, good) => raw(o.device, 'report', json(good), true)],
  ];
  test.each(cases)('%s', async (_name, kind, outcome, reason, make) => {
    const rig = new Rig();
    const outbox = newOutbox();
    const bad = make(outbox, outbox.report(NOW - 2 * HOUR, '11111', '01000'));
    await rig.handle(bad);
    expect(rig.count(kind, outcome, reason)).toBe(1);
    expect(await stored(outbox)).toBe(false);
    await rig.handle(incoming(outbox.device, 'report', outbox.report(NOW - HOUR, '11111', '00000'), NOW));
    expect(rig.count('report', 'stored', '')).toBe(1);
    expect(rig.total()).toBe(2);
    expect(await stored(outbox)).toBe(true);
  });

  test('exactly 16 KiB is taken', async () => {
    const rig = new Rig();
    const outbox = newOutbox();
    const good = JSON.stringify(outbox.report(NOW - HOUR, '1', '0')).padEnd(MAX_PAYLOAD_BYTES);
    await rig.handle(raw(outbox.device, 'report', good));
    expect(rig.count('report', 'stored', '')).toBe(1);
  });

  test('a revoked device is not enrolled any more', async () => {
    const rig = new Rig();
    const outbox = newOutbox();
    await school.ledger.devices.revoke(outbox.device, NOW);
    await rig.handle(incoming(outbox.device, 'report', outbox.report(NOW - HOUR, '1', '0'), NOW));
    expect(rig.count('report', 'dropped', 'UNKNOWN_DEVICE')).toBe(1);
  });

  test('a duplicate is acknowledged and changes nothing', async () => {
    const rig = new Rig();
    const outbox = newOutbox();
    const one = incoming(outbox.device, 'report', outbox.report(NOW - HOUR, '11111', '00000'), NOW);
    const first = await rig.handle(one);
    const second = await rig.handle(one, one);
    expect(second.acknowledgements).toEqual(first.acknowledgements);
    expect(second.changed).toEqual([]);
    expect([rig.count('report', 'stored', ''), rig.count('report', 'dropped', 'DUPLICATE')]).toEqual([1, 2]);
  });

  test('1970 and 2099 are stored in true time once the clock of the boot is known', async () => {
    for (const wrong of [1_000, Date.UTC(2099, 1, 1)]) {
      const rig = new Rig();
      const outbox = newOutbox();
      outbox.skew = wrong - NOW;
      const minute = Math.floor((NOW - HOUR) / 60_000);
      await rig.handle(
        incoming(outbox.device, 'presence', { ...outbox.presence(NOW - HOUR), at: Math.max(0, NOW - HOUR + outbox.skew) }, NOW - HOUR),
      );
      outbox.skew = Math.max(outbox.skew, -(NOW - 2 * HOUR));
      await rig.handle(incoming(outbox.device, 'report', outbox.report(NOW - HOUR, '11111', '00000'), NOW));
      expect(rig.count('report', 'stored', '')).toBe(1);
      const line = (await school.ledger.spool.peek(1_000_000)).find((row) => row.line.includes(outbox.device))!.line;
      expect(Math.abs(Number(line.split(' ').at(-1)) / 60_000 - (minute + 5))).toBeLessThanOrEqual(1);
      expect(line).toMatch(/skew_seconds=-?\d+i/);
      const state = (await school.ledger.devices.states([outbox.device])).get(outbox.device)!;
      expect(Math.abs(state.skew!)).toBeGreaterThan(24 * HOUR);
    }
  });

  test('presence: a retained copy tells of online only, the Will is not being heard, neither teaches the clock', async () => {
    const rig = new Rig();
    const outbox = newOutbox();
    const stateOf = async () => (await school.ledger.devices.states([outbox.device])).get(outbox.device)!;
    await rig.handle(raw(outbox.device, 'presence', encode('presence', outbox.presence(NOW - 2 * HOUR)), true));
    expect(await stateOf()).toMatchObject({ online: true, presenceReason: 'connected', clock: null, lastSeen: null });
    await rig.handle(incoming(outbox.device, 'presence', outbox.presence(NOW - 10), NOW));
    expect(await stateOf()).toMatchObject({ online: true, clock: { boot: outbox.boot, offset: outbox.bootAt + 10 }, lastSeen: NOW });
    await rig.handle(incoming(outbox.device, 'presence', outbox.presence(NOW - 10, { online: false, reason: 'lost' }), NOW + HOUR));
    expect(await stateOf()).toMatchObject({
      online: false,
      presenceReason: 'lost',
      presenceAt: NOW + HOUR,
      lastSeen: NOW,
      clock: { offset: outbox.bootAt + 10 },
    });
  });

  test('a birth says what will not come any more; merged reports stand for the numbers they replace', async () => {
    const rig = new Rig();
    const outbox = newOutbox();
    outbox.seq = 9;
    const birth = await rig.handle(incoming(outbox.device, 'birth', outbox.birth(NOW - HOUR, { oldest: 8 }), NOW));
    expect(birth.acknowledgements).toMatchObject([{ contiguous: 7, ahead: [[10, 10]] }]);
    outbox.seq = 13;
    const merged = outbox.report(NOW - HOUR, '1'.repeat(20), '0'.repeat(20), { first: 11 });
    expect((await rig.handle(incoming(outbox.device, 'report', merged, NOW))).acknowledgements).toMatchObject([
      { contiguous: 7, ahead: [[10, 14]] },
    ]);
    outbox.seq = 8;
    const gap = outbox.report(NOW - HOUR, '1', '0', { first: 8 });
    expect((await rig.handle(incoming(outbox.device, 'report', gap, NOW))).acknowledgements).toMatchObject([{ contiguous: 14, ahead: [] }]);
  });

  test('a stream with endless gaps is not remembered without end, and is taken again when it closes them', async () => {
    const rig = new Rig();
    const outbox = newOutbox();
    const sparse = Array.from({ length: 1_002 }, (_, i) => {
      outbox.seq = 2 * i + 1;
      return incoming(outbox.device, 'event', outbox.event(NOW - HOUR), NOW);
    });
    await rig.handle(...sparse);
    expect(rig.count('event', 'dropped', 'TOO_MANY_GAPS')).toBe(2);
    outbox.seq = 0;
    await rig.handle(incoming(outbox.device, 'event', outbox.event(NOW - HOUR), NOW), ...sparse.slice(-2));
    expect(rig.count('event', 'dropped', 'TOO_MANY_GAPS')).toBe(3);
    expect(rig.count('event', 'stored', '')).toBe(1_002);
  });

  test('a defect in a step costs the one message that met it: it is parked, the others are stored', async () => {
    const outbox = newOutbox();
    const bomb: Stage = {
      name: 'bomb',
      each: (item) => {
        if (item.place?.seq === 2) throw new TypeError('undefined is not a function');
        return { fate: 'keep' };
      },
    };
    const rig = new Rig([...STEPS.slice(0, 3), bomb, ...STEPS.slice(3)]);
    const messages = [1, 2, 3].map(() => incoming(outbox.device, 'report', outbox.report(NOW - HOUR, '1', '0'), NOW));
    const { acknowledgements } = await rig.handle(...messages);
    expect([rig.count('report', 'stored', ''), rig.count('report', 'parked', 'INTERNAL')]).toEqual([2, 1]);
    expect(acknowledgements).toMatchObject([{ contiguous: 3 }]);
  });
});
