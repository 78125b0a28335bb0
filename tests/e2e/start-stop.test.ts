import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { WELCOME } from '../tools/api.ts';
import { ANY_PORTS, labwatch, type Program, tempFolder, until } from '../tools/programs.ts';

const home = tempFolder('start-stop');
let up: Program | undefined;
afterEach(async () => {
  await up?.stop('SIGKILL');
  home.remove();
});

const start = (): Program => labwatch(['up'], { ...ANY_PORTS, LABWATCH_HOME: home.path });

test('Ctrl-C stops everything cleanly, while it starts and when it runs, and the same folder can be used at once again', async () => {
  up = start();
  await until('the ledger', () => existsSync(join(home.path, 'ledger.db')));
  expect(await up.stop('SIGINT')).toBe(0);
  up = start();
  const [, url] = await up.says(WELCOME);
  expect((await fetch(`${url}/healthz`)).status).toBe(200);
  expect(await up.stop('SIGINT')).toBe(0);
  await expect(fetch(`${url}/healthz`)).rejects.toThrow(/fetch failed/);
  up = start();
  await up.says(WELCOME);
  expect(await up.stop('SIGTERM')).toBe(0);
});
