import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DECODERS } from '../../collector/intake/decoders/index.ts';
import { Pipeline } from '../../collector/intake/pipeline/pipeline.ts';
import { silentLog } from '../../runtime/log.ts';
import { Metrics } from '../../runtime/metrics.ts';
import { getBit, popcount } from '../../collector/model/bitmaps.ts';
import { incoming, openSchool, Outbox, type School } from './collector-school.ts';

/** The collector's own clock is wrong, and is set while devices report. Their minutes must come out true. */

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = '2026-11-21';
const TRUTH = Date.parse(`${DAY}T08:00:00+07:00`);

let school: School;
let outbox: Outbox;
let pipeline: Pipeline;
/** True time, and what the server's clock says beside it. */
let now: number;
let wrong: number;

beforeEach(async () => {
  school = await openSchool(1);
  outbox = new Outbox(school.devices[0]!, TRUTH - HOUR);
  [now, wrong] = [TRUTH, 0];
  pipeline = start();
});
afterEach(() => school.close());

const server = (): number => now + wrong;

function start(): Pipeline {
  const clock = { now: server };
  const uptime = (): number => now - TRUTH + HOUR;
  return new Pipeline({ ledger: school.ledger.intake, decoders: DECODERS, clock, uptime, metrics: new Metrics(), log: silentLog });
}

const presence = (): Promise<unknown> => pipeline.handle([incoming(outbox.device, 'presence', outbox.presence(now), server())]);

/** Five minutes pass and are told at once. */
async function fiveMinutes(): Promise<void> {
  now += 5 * MINUTE;
  await pipeline.handle([incoming(outbox.device, 'report', outbox.report(now - 5 * MINUTE, '11111', '00000'), server())]);
}

async function minutesOn(): Promise<string> {
  const days = await school.ledger.usage.days(outbox.device, '2000-01-01', '2100-01-01');
  const found = days.flatMap(({ day, on }) =>
    Array.from({ length: 1440 }, (_, m) => m)
      .filter((m) => getBit(on, m))
      .map((m) => `${day === DAY ? '' : `${day} `}${m - 480}`),
  );
  expect(days.reduce((sum, { on }) => sum + popcount(on), 0)).toBe(found.length);
  return found.join(' ');
}

const upTo = (minutes: number): string => Array.from({ length: minutes }, (_, i) => i).join(' ');
const parked = async (): Promise<number> => (await school.ledger.spool.counts()).parked;

describe('the clock of the collector is set', () => {
  test.each([HOUR, 3 * 365 * 24 * HOUR])('back by %i ms: nothing is parked, and the minutes are true', async (ahead) => {
    wrong = ahead;
    await presence();
    wrong = 0;
    await fiveMinutes();
    await fiveMinutes();
    expect(await parked()).toBe(0);
    expect(await minutesOn()).toBe(upTo(10));
    expect((await school.ledger.devices.states([outbox.device])).get(outbox.device)!.skew).toBe(0);
  });

  test.each([HOUR, 300 * 24 * HOUR])('forward by %i ms: the minutes after it are true, whatever was learned before', async (behind) => {
    wrong = -behind;
    await presence();
    wrong = 0;
    await fiveMinutes();
    await presence();
    await fiveMinutes();
    expect(await minutesOn()).toBe(upTo(10));
    expect(await parked()).toBe(0);
  });

  test('forward while the collector was away: the next presence of a device with a right clock mends it', async () => {
    wrong = -2 * HOUR;
    await presence();
    wrong = 0;
    pipeline = start();
    await presence();
    await fiveMinutes();
    expect(await minutesOn()).toBe(upTo(5));
  });

  test('a device whose clock is wrong too is told right as soon as it is heard again', async () => {
    outbox.skew = -400 * 24 * HOUR;
    wrong = -2 * HOUR;
    await presence();
    wrong = 0;
    await presence();
    await fiveMinutes();
    expect(await minutesOn()).toBe(upTo(5));
  });
});

describe('minutes nobody watched', () => {
  test('an event of a wrong clock falls where it was true, comes twice without harm, and is no news of the machine', async () => {
    outbox.skew = -400 * 24 * HOUR;
    await presence();
    await fiveMinutes();
    now += 60 * MINUTE;
    const since = now - 60 * MINUTE + outbox.skew;
    const gap = incoming(outbox.device, 'event', outbox.event(now, { code: 'unobserved', since, count: 60 }), now);
    await pipeline.handle([gap]);
    await pipeline.handle([gap]);
    const open = incoming(
      outbox.device,
      'event',
      outbox.event(now, { code: 'unobserved', since: now + outbox.skew, count: 1_000_000 }),
      now,
    );
    await pipeline.handle([open]);
    const [day] = await school.ledger.usage.days(outbox.device, DAY, DAY);
    expect(popcount(day!.on)).toBe(5);
    const set = Array.from({ length: 1440 }, (_, m) => m).filter((m) => getBit(day!.unseen!, m));
    expect(set).toEqual(Array.from({ length: 60 }, (_, i) => 485 + i));
    expect((await school.ledger.devices.states([outbox.device])).get(outbox.device)!.event).toBeNull();
  });
});
