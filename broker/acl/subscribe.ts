import { isDownKind, parseTopic, upFilters } from '../../protocol/topics.ts';
import type { Principal } from './principal.ts';
import type { Refusal } from '../refusals/catalogue.ts';

/** `allow` ends the list, a refusal too; `undefined` hands on to the next rule. */
export type SubscribeRule = (principal: Principal, filter: string) => 'allow' | Refusal | undefined;

const COLLECTOR_FILTERS: ReadonlySet<string> = new Set([...upFilters(), '$SYS/#']);

const ofCollector: SubscribeRule = (principal, filter) =>
  principal.kind === 'collector' && COLLECTOR_FILTERS.has(filter) ? 'allow' : undefined;

/** aedes would grant it and deliver nothing. */
const shared: SubscribeRule = (_principal, filter) => (filter.startsWith('$share/') ? 'subscribe-share' : undefined);

const ownTopicsOfBroker: SubscribeRule = (_principal, filter) => (filter.startsWith('$') ? 'subscribe-sys' : undefined);

const wildcard: SubscribeRule = (_principal, filter) => (/[#+]/.test(filter) ? 'subscribe-wildcard' : undefined);

const ofDevice: SubscribeRule = (principal, filter) => {
  const parsed = parseTopic(filter);
  if (principal.kind !== 'device' || parsed === undefined) return 'subscribe-topic';
  if (parsed.device !== principal.id) return 'subscribe-foreign';
  return isDownKind(parsed.kind) ? 'allow' : 'subscribe-topic';
};

/** In this order; the last one always decides. */
export const SUBSCRIBE_RULES: readonly SubscribeRule[] = [ofCollector, shared, ownTopicsOfBroker, wildcard, ofDevice];

/** @returns undefined when it may, else the reason */
export function maySubscribe(principal: Principal, filter: string): Refusal | undefined {
  for (const rule of SUBSCRIBE_RULES) {
    const verdict = rule(principal, filter);
    if (verdict === 'allow') return undefined;
    if (verdict !== undefined) return verdict;
  }
  return 'subscribe-topic';
}
