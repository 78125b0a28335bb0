import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { casesOf } from '../../agent/platform/testing/cases.ts';
import { ROOT } from '../tools/programs.ts';
import { Bench } from './bench.ts';

const CASES = casesOf(join(ROOT, 'agent/probes/antivirus')).filter((one) => one.name.startsWith('windows-'));
const NOW = Date.UTC(2026, 10, 21, 1, 0);

let bench: Bench;
beforeAll(async () => {
  bench = await Bench.open();
});
afterAll(() => bench?.close());

/** What a case has of the registry, as one .reg file. */
function registryOf(machine: string): string {
  const parts = machine.split(/^== /m).filter((part) => part.startsWith('registry'));
  const bodies = parts.map((part) => part.slice(part.indexOf('\n') + 1).replace(/^Windows Registry Editor.*$/m, ''));
  return `Windows Registry Editor Version 5.00\n\n${bodies.join('\n')}`;
}

test('there are cases to try', () => {
  expect(CASES.length).toBeGreaterThan(5);
});

test.each(CASES.map((one) => [one.name, one] as const))('%s, imported into a registry, is judged as from the text', async (_name, one) => {
  await bench.renew();
  await bench.importRegistry(registryOf(one.machines[0]!));
  writeFileSync(join(bench.wine.work, 'machine.txt'), readFileSync(join(one.folder, 'input.txt')));
  const now = String(one.expected.now ?? NOW);
  expect(await bench.child('golden', 'antivirus', bench.wine.path('machine.txt'), now)).toEqual(one.expected.sample);
});
