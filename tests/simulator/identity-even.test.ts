import { expect, it } from 'vitest';
import { IDENTITY_CASES } from './identity-cases.ts';
import { identitySuite } from './identity-suite.ts';

it('has at least sixty cases, no two alike', () => {
  expect(new Set(IDENTITY_CASES.map(({ kind, story }) => `${kind}: ${story}`)).size).toBe(IDENTITY_CASES.length);
  expect(IDENTITY_CASES.length).toBeGreaterThanOrEqual(60);
});

identitySuite(0);
