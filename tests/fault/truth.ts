import type { Report } from '../../protocol/payloads/index.ts';

/** Minutes of a window of the traffic. */
export const SPAN = 5;

/** A small hash, so that every bit of the truth can be said again by anybody who knows its place. */
function mix(seed: number, minute: number): number {
  let x = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(minute, 0xc2b2ae35);
  x ^= x >>> 16;
  x = Math.imul(x, 0x7feb352d);
  return (x ^ (x >>> 15)) >>> 0;
}

/** What truly happened in a minute: 1 in 4 off, else idle, active or blind. */
export function truthOf(seed: number, minute: number): { on: boolean; active: boolean; blind: boolean } {
  const kind = mix(seed, minute) % 4;
  return { on: kind !== 0, active: kind === 2, blind: kind === 3 };
}

/** The report of one window; at least one minute of it is on. */
export function reportBody(
  seed: number,
  first: number,
): Pick<Report, 'minute' | 'span' | 'on' | 'active' | 'blind' | 'session' | 'metrics'> {
  const minutes = Array.from({ length: SPAN }, (_, i) => truthOf(seed, first + i));
  const bits = (pick: 'on' | 'active' | 'blind'): string => minutes.map((minute) => (minute[pick] ? '1' : '0')).join('');
  return {
    minute: first,
    span: SPAN,
    on: bits('on'),
    active: bits('active'),
    blind: bits('blind'),
    session: 'open',
    metrics: { cpu: { min: 0, mean: mix(seed, first) % 100, max: 100 } },
  };
}
