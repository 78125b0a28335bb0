import { beforeEach, describe, expect, it } from 'vitest';
import { standingClock } from '../testing/cases.ts';
import { memoryDoor, parseMachine } from '../testing/memory-door.ts';
import type { Door } from '../../probes/probe.ts';
import { parseDaily, parseDate } from './daily-answer.ts';
import { askDaily, lastDaily } from './daily.ts';
import { dailyScript } from './daily-script.ts';

const NOW = Date.UTC(2026, 10, 21);
const HOUR = 3_600_000;
const ANSWER = '{"licence":[{"LicenseStatus":1}]}';

interface Asked {
  readonly door: Door;
  readonly scripts: string[];
}

/** A machine that counts how often a program is started. */
function machine(text: string): Asked {
  const inner = memoryDoor(parseMachine(text));
  const scripts: string[] = [];
  const run: Door['run'] = (file, args, options) => {
    scripts.push(args.at(-1)!);
    return inner.run(file, args, options);
  };
  return { door: { ...inner, run }, scripts };
}

describe('the daily look', () => {
  let memo: Map<string, string>;
  beforeEach(() => {
    memo = new Map();
  });

  it('starts PowerShell once a day, over restarts too', async () => {
    const clock = standingClock(NOW);
    const { door, scripts } = machine(`== windows\n== run powershell.exe\n${ANSWER}\n`);
    expect(await askDaily(door, memo, clock)).toEqual({ licences: [1] });
    clock.advance(19 * HOUR);
    expect(await askDaily(door, memo, clock)).toEqual({ licences: [1] });
    expect(scripts.length).toBe(1);
    clock.advance(2 * HOUR);
    await askDaily(door, memo, clock);
    expect(scripts.length).toBe(2);
  });

  it('does not try again before a day is over where PowerShell is forbidden', async () => {
    const clock = standingClock(NOW);
    const { door, scripts } = machine('== windows\n');
    expect(await askDaily(door, memo, clock)).toBeUndefined();
    expect(await askDaily(door, memo, clock)).toBeUndefined();
    expect(scripts.length).toBe(1);
  });

  it('is asked anew when the clock went back by years, or what was kept cannot be read', async () => {
    const { door, scripts } = machine(`== windows\n== run powershell.exe\n${ANSWER}\n`);
    await askDaily(door, memo, standingClock(NOW));
    await askDaily(door, memo, standingClock(Date.UTC(2015, 0, 1)));
    memo.set('daily', '{"at":');
    await askDaily(door, memo, standingClock(NOW));
    expect(scripts.length).toBe(3);
  });

  it('is looked up without starting anything, and forgotten after two days', async () => {
    const { door, scripts } = machine(`== windows\n== run powershell.exe\n${ANSWER}\n`);
    expect(lastDaily(memo, standingClock(NOW))).toBeUndefined();
    await askDaily(door, memo, standingClock(NOW));
    expect(lastDaily(memo, standingClock(NOW + 47 * HOUR))).toEqual({ licences: [1] });
    expect(lastDaily(memo, standingClock(NOW + 49 * HOUR))).toBeUndefined();
    expect(scripts.length).toBe(1);
  });

  it.each([
    ['the Security Center says that Defender is on', '== service wscsvc running\n', '00061100', true],
    ['another product has switched Defender off', '== service wscsvc running\n', '00060100', false],
    ['a server, where the service runs', '== service WinDefend running\n', '', true],
    ['a server without Defender', '== windows\n', '', false],
  ])('asks Defender: %s', async (_name, services, state, asked) => {
    const key = 'HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Security Center\\Provider\\Av\\{D68DDC3A-831F-4fae-9E44-DA132C1ACF46}';
    const { door, scripts } = machine(`${services}== registry\n${state === '' ? '' : `[${key}]\n"STATE"=dword:${state}\n`}`);
    await askDaily(door, memo, standingClock(NOW));
    expect(scripts[0]!.includes('MSFT_MpComputerStatus')).toBe(asked);
  });
});

it('the script holds no double quote, which a command line would eat, and names no property of a person', () => {
  for (const script of [dailyScript(true), dailyScript(false)]) {
    expect(script).not.toContain('"');
    expect(script).not.toMatch(/\b(?:UserName|SystemName|PSComputerName|KeyManagementServiceMachine|\*)/);
    expect(script.length).toBeLessThan(8000);
  }
});

describe('its answer', () => {
  it('takes single objects, names instead of numbers, and what stands before it', () => {
    const printed = `WARNING: a banner\n{"physical":{"DeviceId":"1","MediaType":"SSD","BusType":"NVMe","HealthStatus":"Warning"},"predict":null,"drives":"no"}`;
    expect(parseDaily(printed)).toEqual({ drives: [], physical: [{ id: 1, media: 4, bus: 17, health: 1 }] });
  });

  it.each(['', 'no', '[]', '{"a":', '}{'])('is no answer: %j', (printed) => {
    expect(parseDaily(printed)).toBeUndefined();
  });

  it.each<[unknown, number | undefined]>([
    ['/Date(1795309500000)/', 1_795_309_500_000],
    ['2026-11-20T03:15:00.0000000Z', Date.UTC(2026, 10, 20, 3, 15)],
    ['20261120101500.000000+420', Date.UTC(2026, 10, 20, 3, 15)],
    ['16010101000000.000000+000', undefined],
    ['20/11/2026', undefined],
    [5, undefined],
  ])('the date %j', (written, at) => {
    expect(parseDate(written)).toBe(at);
  });
});
