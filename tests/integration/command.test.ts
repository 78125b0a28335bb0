import { mkdirSync, symlinkSync, copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { Program, ROOT, tempFolder } from '../tools/programs.ts';

const folder = tempFolder('command');
afterEach(folder.remove);

test('bin/labwatch says nothing but its answer, from any name it is called by', async () => {
  mkdirSync(folder.path, { recursive: true });
  const link = join(folder.path, 'labwatch');
  symlinkSync(join(ROOT, 'bin/labwatch'), link);
  const program = new Program(link, ['unit', 'template']);
  expect(await program.ended()).toBe(0);
  expect(program.stdout).toMatch(/^code,kind,name,parent/);
  expect(program.stderr).toBe('');
});

test('bin/labwatch without its packages says in one line what to do', async () => {
  mkdirSync(join(folder.path, 'bin'), { recursive: true });
  copyFileSync(join(ROOT, 'bin/labwatch'), join(folder.path, 'bin/labwatch'));
  const program = new Program(join(folder.path, 'bin/labwatch'), ['--version']);
  expect(await program.ended()).toBe(78);
  expect(program.stderr).toMatch(/make -C .* build\n$/);
  expect(program.stderr.trim().split('\n')).toHaveLength(1);
});

test.each([
  ['tokn', /no command "tokn"\. Did you mean "token"\?/],
  ['colector', /no command "colector"\. Did you mean "collector"\?/],
  ['frobnicate', /no command "frobnicate"\. See labwatch --help\./],
])('the unknown command %s gets the nearest one, or none that is far', async (word, line) => {
  const program = new Program(join(ROOT, 'bin/labwatch'), [word], { LABWATCH_LANG: 'en' });
  expect(await program.ended()).toBe(64);
  expect(program.stderr).toMatch(line);
});
