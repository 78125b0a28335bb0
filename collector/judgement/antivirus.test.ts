import { describe, expect, it } from 'vitest';
import type { Security } from '../../ledger/index.ts';
import { antivirusOf } from './antivirus.ts';

const NOW = Date.UTC(2026, 10, 21, 1, 15);
const DAY = 86_400_000;
type Product = NonNullable<Security['antivirus']>[number];

/** On, watching, with definitions of so many days ago (null: not known). */
const product = (name: string, over: Partial<Product> = {}, age: number | null = 1): Product => ({
  name,
  state: 'on',
  realtime: 'on',
  ...(age === null ? {} : { definitions: { at: NOW - age * DAY } }),
  ...over,
});
const verdict = (...antivirus: Product[]) => antivirusOf({ antivirus } as unknown as Security, NOW);

const FRESH = product('Fresh');
const STALE = product('Stale', {}, 30);
const DEMAND = product('Demand', { realtime: 'off' });
const OFF = product('Off', { state: 'off' });
const EXPIRED = product('Expired', { state: 'expired' });
const UNKNOWN = product('Unknown', { state: 'unknown' });

describe('one product', () => {
  it.each<[string, Product, string, number | null]>([
    ['on, watching, fresh', FRESH, 'protected', 1],
    ['made today', product('P', {}, 0), 'protected', 0],
    ['7 days old', product('P', {}, 7), 'protected', 7],
    ['7 days and an hour', product('P', {}, 7.04), 'stale', 7],
    ['8 days old', product('P', {}, 8), 'stale', 8],
    ['made a little ahead of our clock', product('P', {}, -0.5), 'protected', 0],
    ['made in the far future', product('P', {}, -3), 'unknown', null],
    ['made at the epoch', product('P', { definitions: { at: 0 } }), 'unknown', null],
    ['no date of definitions', product('P', {}, null), 'unknown', null],
    ['no date, says itself that they are current', product('P', { freshness: 'current' }, null), 'protected', null],
    ['no date, says itself that they are old', product('P', { freshness: 'old' }, null), 'stale', null],
    ['has no definitions yet', product('P', { freshness: 'none' }, null), 'stale', null],
    ['watching unknown', product('P', { realtime: 'unknown' }), 'unknown', 1],
    ['state unknown', UNKNOWN, 'unknown', 1],
    ['only on demand', DEMAND, 'on-demand', 1],
    ['only on demand and stale', product('P', { realtime: 'off' }, 90), 'on-demand', 90],
    ['only on demand, age unknown', product('P', { realtime: 'off' }, null), 'on-demand', null],
    ['off', OFF, 'off', 1],
    ['snoozed', product('P', { state: 'snoozed' }), 'off', 1],
    ['expired', EXPIRED, 'expired', 1],
    ['expired with fresh definitions and watching', product('P', { state: 'expired', realtime: 'on' }, 0), 'expired', 0],
  ])('%s', (_what, one, expected, age) => {
    expect(verdict(one)).toMatchObject({ verdict: expected, product: one.name, definitionsAgeDays: age });
  });
});

describe('several products', () => {
  /** Best first. */
  const ranked = [FRESH, UNKNOWN, STALE, DEMAND, OFF, EXPIRED];

  it('the best one decides, whatever the order they come in', () => {
    for (const [i, better] of ranked.entries()) {
      for (const worse of ranked.slice(i + 1)) {
        expect(verdict(better, worse)).toEqual(verdict(better));
        expect(verdict(worse, better)).toEqual(verdict(better));
      }
    }
  });

  it('one that may well protect is never called less', () => {
    expect(verdict(OFF, EXPIRED, UNKNOWN, STALE).verdict).toBe('unknown');
  });
});

describe('nothing', () => {
  it('none found is none', () => {
    expect(verdict()).toEqual({ verdict: 'none', product: null, definitionsAgeDays: null, definitionsAt: null, freshness: null });
  });
  it('not seen is unknown', () => {
    expect(antivirusOf({ firewall: 'on' } as Security, NOW).verdict).toBe('unknown');
    expect(antivirusOf(null, NOW).verdict).toBe('unknown');
  });
});

it('counts the age to the time it is asked for', () => {
  const security = { antivirus: [FRESH] } as unknown as Security;
  expect(antivirusOf(security, NOW + 3 * DAY)).toMatchObject({ verdict: 'protected', definitionsAgeDays: 4 });
  expect(antivirusOf(security, NOW + 30 * DAY)).toMatchObject({ verdict: 'stale', definitionsAgeDays: 31 });
});
