import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createLog } from './log.ts';
import { RotatingFile } from './rotating-file.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'labwatch-rotating-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test('never takes more than twice its bound, and the newest lines are there', () => {
  const file = new RotatingFile(join(folder, 'logs', 'agent.log'), 1000);
  for (let i = 0; i < 500; i++) file.write(`line ${i} ${'x'.repeat(i % 90)}\n`);
  const names = readdirSync(join(folder, 'logs')).toSorted();
  expect(names).toEqual(['agent.log', 'agent.log.1']);
  for (const name of names) expect(statSync(join(folder, 'logs', name)).size).toBeLessThanOrEqual(1000);
  const both = names.toReversed().map((name) => readFileSync(join(folder, 'logs', name), 'utf8'));
  const numbers = Array.from(both.join('').matchAll(/line (\d+)/g), ([, number]) => Number(number));
  expect(numbers.at(-1)).toBe(499);
  expect(numbers).toEqual(Array.from(numbers, (_, i) => numbers[0]! + i));
});

test('goes on with what is there, and a place that takes nothing costs only the lines', () => {
  const path = join(folder, 'agent.log');
  writeFileSync(path, 'before\n');
  new RotatingFile(path, 1000).write('after\n');
  expect(readFileSync(path, 'utf8')).toBe('before\nafter\n');
  expect(() => new RotatingFile(join(path, 'below-a-file'), 10).write('x\n')).not.toThrow();
});

test('a log that writes there: JSON lines, without secrets', () => {
  const path = join(folder, 'agent.log');
  const log = createLog({ level: 'info', format: 'auto', program: 'agent', to: new RotatingFile(path) });
  log.info({ token: 'of-the-school', home: 'x' }, 'it starts');
  log.debug('not wanted');
  const lines = readFileSync(path, 'utf8').trim().split('\n');
  expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
    { program: 'agent', msg: 'it starts', home: 'x', token: '[Redacted]' },
  ]);
});
