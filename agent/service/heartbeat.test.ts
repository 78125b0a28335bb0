import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { until } from '../test-kit/collector.ts';
import { aliveFile, Heartbeat } from './heartbeat.ts';

test('counts up while the agent works, and stands still while it hangs', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'labwatch-beat-'));
  const beat = (): number => Number(readFileSync(join(folder, 'alive'), 'utf8').split('-')[1]);
  let works = true;
  let asked = 0;
  const heartbeat = new Heartbeat(
    () => {
      asked += 1;
      return works;
    },
    aliveFile({ RUNTIME_DIRECTORY: folder }),
  );
  try {
    heartbeat.start(5);
    await until('three beats', () => beat() >= 3);
    works = false;
    const stood = beat();
    const before = asked;
    await until('it was asked again', () => asked > before + 3);
    expect(beat()).toBe(stood);
  } finally {
    heartbeat.stop();
    rmSync(folder, { recursive: true });
  }
});

test('without a folder of the service manager it never beats', async () => {
  let asked = 0;
  const heartbeat = new Heartbeat(() => (asked += 1) > 0, aliveFile({}));
  heartbeat.start(1);
  await new Promise((resolve) => setTimeout(resolve, 20));
  heartbeat.stop();
  expect(asked).toBe(0);
});
