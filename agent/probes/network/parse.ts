/** Bytes since the interface came up, by interface. */
export type NetworkCounters = ReadonlyMap<string, { readonly received: number; readonly sent: number }>;

/** An interface that is counted, and its link. */
export interface Interface {
  readonly name: string;
  readonly up: boolean;
  /** Mbit/s. */
  readonly speed?: number;
}

/** /proc/net/dev (proc_pid_net(5)): `name: bytes packets errs drop fifo frame compressed multicast bytes …`; the name may touch the number. */
export function parseNetworkCounters(text: string): NetworkCounters {
  const counters = new Map<string, { received: number; sent: number }>();
  for (const line of text.split('\n')) {
    const match = /^ *([^\s:]+): *(\d+)(?: +\d+){7} +(\d+)(?: |$)/.exec(line);
    if (match === null) continue;
    const received = Number(match[2]);
    const sent = Number(match[3]);
    if (Number.isSafeInteger(received) && Number.isSafeInteger(sent)) counters.set(match[1]!, { received, sent });
  }
  return counters;
}

/** Interfaces made by software that carry the bytes of another one. */
const VIRTUAL = /^(?:ifb|dummy|br|docker|virbr|vnet|tun|tap|wg|bond|team|sit|gre|ip6|veth|vmnet|vboxnet|cni|flannel|lxc|macvtap|nlmon)/;

/**
 * The interfaces to count: cards of hardware; where there is none (a container), every other that is not loopback and
 * not known to carry another's bytes.
 */
export function interfacesToCount(
  interfaces: readonly { readonly name: string; readonly physical: boolean; readonly loopback: boolean }[],
): { readonly names: readonly string[]; readonly physical: boolean } {
  const cards = interfaces.filter((one) => one.physical && !one.loopback);
  if (cards.length > 0) return { names: cards.map((one) => one.name), physical: true };
  return { names: interfaces.filter((one) => !one.loopback && !VIRTUAL.test(one.name)).map((one) => one.name), physical: false };
}

const WRAP = 2 ** 32;
/** Bytes a second of 1 Gbit/s: what a card is taken to manage when it does not tell its speed. */
const GIGABIT = 125_000_000;
/** Bytes a second that no machine of a school moves: a counter jumped. */
const ABSURD = 1e12;

/**
 * Bytes between two readings of one counter. A counter that went back was either set to zero (the driver was loaded anew,
 * the card was plugged in again) or is one of 32 bits that ran over: only when it was in the last quarter, is in the
 * first quarter, and the card could have carried that much.
 * @returns undefined when it was set to zero: nothing can be said of this time
 */
function bytesBetween(before: number, after: number, most: number): number | undefined {
  if (after >= before) return after - before;
  const across = after + WRAP - before;
  const ranOver = before < WRAP && before >= 0.75 * WRAP && after <= 0.25 * WRAP && across <= most;
  return ranOver ? across : undefined;
}

/**
 * Bytes a second over these interfaces. One that came, went or was set to zero in between is left out of this one.
 * @returns undefined when no interface can be compared
 */
export function networkRates(
  before: NetworkCounters,
  after: NetworkCounters,
  interfaces: readonly Interface[],
  seconds: number,
): { readonly received: number; readonly sent: number } | undefined {
  if (!(seconds > 0)) return undefined;
  let compared = 0;
  let received = 0;
  let sent = 0;
  for (const { name, speed } of interfaces) {
    const then = before.get(name);
    const now = after.get(name);
    if (then === undefined || now === undefined) continue;
    const most = seconds * (speed === undefined ? GIGABIT : speed * 125_000);
    const inward = bytesBetween(then.received, now.received, most);
    const outward = bytesBetween(then.sent, now.sent, most);
    if (inward === undefined || outward === undefined) continue;
    compared++;
    received += inward;
    sent += outward;
  }
  const rates = { received: Math.round(received / seconds), sent: Math.round(sent / seconds) };
  return compared === 0 || rates.received > ABSURD || rates.sent > ABSURD ? undefined : rates;
}

/** Speed of the fastest interface that has a link. @returns Mbit/s, or undefined when none tells */
export function linkSpeed(interfaces: readonly Interface[]): number | undefined {
  const speeds = interfaces.filter((one) => one.up).flatMap((one) => one.speed ?? []);
  return speeds.length === 0 ? undefined : Math.max(...speeds);
}
