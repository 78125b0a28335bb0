import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { ANY_PORTS, Program, ROOT, tempFolder, until } from '../tools/programs.ts';

const home = tempFolder('modes');
let program: Program | undefined;
afterAll(async () => {
  await program?.stop('SIGKILL');
  home.remove();
});

/** Certificates are for everybody, keys for nobody. */
const PUBLIC: readonly string[] = [join('tls', 'ca.crt'), join('tls', 'server.crt')];

test('nothing in the data folder is open to others, however careless the umask', async () => {
  const labwatch = `umask 000; exec "$0" "$1" up`;
  program = new Program('sh', ['-c', labwatch, process.execPath, join(ROOT, 'bin/labwatch.mjs')], {
    ...ANY_PORTS,
    LABWATCH_HOME: home.path,
    LABWATCH_SAMPLE_SECONDS: '5',
  });
  const there = (): string[] => readdirSync(home.path, { recursive: true, encoding: 'utf8' });
  await until('all files', () =>
    [join('agent', 'status.json'), 'ledger.db-wal', 'series.db-shm', 'service-secret', 'first-password'].every((name) =>
      there().includes(name),
    ),
  );
  const open = [home.path, ...there().map((name) => join(home.path, name))]
    .map((path) => ({ path: path.slice(home.path.length + 1), mode: statSync(path, { throwIfNoEntry: false })?.mode ?? 0 }))
    .filter(({ mode }) => (mode & 0o077) !== 0);
  expect(open.map(({ path }) => path).toSorted()).toEqual(PUBLIC);
  expect(open.every(({ mode }) => (mode & 0o777) === 0o644)).toBe(true);
  expect(await program.stop('SIGTERM')).toBe(0);
});
