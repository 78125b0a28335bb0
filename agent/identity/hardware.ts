import type { Fingerprint } from '../probes/probe.ts';

/** Whether this is the hardware that an id was given for, as far as the agent can tell; the server decides. */
export type Likeness = 'same' | 'doubtful' | 'other';

type Verdict = 'agrees' | 'contradicts' | 'unknown';

const plain = (text: string): string => text.replace(/[^A-Za-z0-9]/g, '').toLowerCase();
/** Chosen by software, not by the maker of the card (IEEE 802: locally administered). */
const madeUp = (mac: string): boolean => (Number.parseInt(mac.slice(0, 2), 16) & 2) === 2;

function overlap(a: readonly (string | undefined)[], b: readonly (string | undefined)[]): Verdict {
  const pairs = a.flatMap((one, place) => (one === undefined || b[place] === undefined ? [] : [one === b[place]]));
  return pairs.includes(true) ? 'agrees' : pairs.length > 0 ? 'contradicts' : 'unknown';
}

function shared(a: readonly string[], b: readonly string[]): Verdict {
  if (a.length === 0 || b.length === 0) return 'unknown';
  return a.some((one) => b.includes(one)) ? 'agrees' : 'contradicts';
}

const firmware = ({ uuid, board }: Fingerprint): (string | undefined)[] =>
  [uuid, board].map((value) => (value === undefined ? value : plain(value)));
const cards = ({ macs }: Fingerprint): string[] => macs.filter((mac) => !madeUp(mac)).map(plain);
const disks = (fingerprint: Fingerprint): string[] => fingerprint.disks.map(plain);

/**
 * Compares firmware, network and storage of what was kept and what is read now. Doubtful: one of them is another and the rest
 * agrees, as after a repair. Other: more than that, as on a copy of the disk. What cannot be read says nothing. Pure.
 */
export function likeness(kept: Fingerprint, now: Fingerprint): Likeness {
  const verdicts = [overlap(firmware(kept), firmware(now)), shared(cards(kept), cards(now)), shared(disks(kept), disks(now))];
  const against = verdicts.filter((verdict) => verdict === 'contradicts').length;
  if (against === 0) return 'same';
  return against === 1 && verdicts.includes('agrees') ? 'doubtful' : 'other';
}
