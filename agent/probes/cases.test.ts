import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { casesOf, runProbe } from '../platform/testing/cases.ts';
import { refusalOf } from '../platform/testing/fits.ts';
import { PROBES } from './index.ts';

const SOURCE = /^(?:Taken from a real machine|Written from the documented format)/;
const NOW = Date.UTC(2026, 10, 21, 1, 0);

describe('golden cases', () => {
  for (const probe of PROBES) {
    describe(`probe ${probe.name}`, () => {
      const cases = casesOf(join(import.meta.dirname, probe.name));

      it('has cases, each saying where it comes from', () => {
        expect(cases.length).toBeGreaterThanOrEqual(2);
        expect(cases.filter((one) => !SOURCE.test(one.source)).map((one) => one.name)).toEqual([]);
      });

      it.each(cases.map((one) => [one.name, one] as const))('%s', async (_name, one) => {
        const sample = await runProbe(probe, one.machines, one.expected.now ?? NOW, one.expected.seconds ?? 20);
        expect(sample).toEqual(one.expected.sample);
        expect(refusalOf(sample)).toBeUndefined();
      });
    });
  }
});

describe('the list of probes', () => {
  it('is the folders, once each', () => {
    const folders = readdirSync(import.meta.dirname, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    expect(PROBES.map((probe) => probe.name).toSorted()).toEqual(folders.map((entry) => entry.name).toSorted());
  });

  it.each(PROBES.map((probe) => [probe.name]))('%s has the files of a probe', (name) => {
    const files = readdirSync(join(import.meta.dirname, name));
    expect(files).toEqual(expect.arrayContaining(['probe.ts', 'parse.ts', 'linux.ts', 'cases']));
  });
});
