import { describe, expect, it } from 'vitest';
import { compareVersions, isVersion } from './version.ts';

describe('versions', () => {
  // From 1.0.0-alpha to 1.0.0 it is the example of semver.org, point 11.
  const ordered = [
    'not a version',
    '0.0.1',
    '0.1.0',
    '0.1.10',
    '0.2.0-alpha',
    '0.2.0',
    '0.10.0',
    '1.0.0-alpha',
    '1.0.0-alpha.1',
    '1.0.0-alpha.beta',
    '1.0.0-beta',
    '1.0.0-beta.2',
    '1.0.0-beta.11',
    '1.0.0-rc.1',
    '1.0.0',
    '2.0.0-x-1',
    '2.0.0',
  ];

  it('are ordered by their numbers, and a pre-release stands before its release', () => {
    for (const [i, one] of ordered.entries())
      for (const [j, other] of ordered.entries()) expect(Math.sign(compareVersions(one, other)), `${one} ${other}`).toBe(Math.sign(i - j));
  });

  it('are three numbers and no more', () => {
    expect(['1.2.3', '0.0.0', '1.2.3-rc.1'].every(isVersion)).toBe(true);
    expect(['', '1', '1.2', '1.2.3.4', 'v1.2.3', '01.2.3', '1.2.3+build', '1.2.3-', '1.2.3 ', '1.2.3-a..b'].some(isVersion)).toBe(false);
  });
});
