import { emptyUse, gapOf, inUse, popcount } from '../../../model/bitmaps.ts';
import { dayLetters, offSince } from '../../../model/day-letters.ts';
import type { HttpContext } from '../../context.ts';
import { ProblemError } from '../../problems.ts';
import type { DeviceDay } from '../../schemas/device.ts';
import { isDay } from '../../time.ts';

const count = (states: string, letter: string): number => states.split(letter).length - 1;
const base64 = (bits: Uint8Array): string => Buffer.from(bits).toString('base64');

/** One local day from the ledger's bitmaps. @throws ProblemError DEVICE_UNKNOWN, BAD_RANGE */
export async function readDay(context: HttpContext, id: string, day: string): Promise<DeviceDay> {
  if (!isDay(day)) throw new ProblemError('BAD_RANGE', { detail: 'day takes a day of the calendar, yyyy-mm-dd' });
  const { device, state, place } = await context.fleet.known(id);
  const zone = place.effectiveZone;
  const [held] = await context.ledger.usage.days(id, day, day);
  const states = dayLetters({
    day,
    zone,
    use: held,
    enrolledAt: device.enrolledAt,
    observedUntil: state.observedUntil,
    offSince: offSince(state),
    now: context.clock.now(),
  });
  const use = held ?? emptyUse();
  return {
    device: id,
    day,
    zone,
    states,
    bitmaps: { on: base64(use.on), active: base64(use.active), blind: base64(use.blind) },
    minutes: {
      on: popcount(use.on),
      active: popcount(use.active),
      idle: count(states, 'i'),
      blind: popcount(use.blind),
      off: count(states, 'o'),
      unknown: count(states, 'u'),
      inUse: popcount(inUse(use, gapOf(device.class))),
    },
  };
}
