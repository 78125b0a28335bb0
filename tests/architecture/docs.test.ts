import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ErrorCatalogue } from '../../runtime/errors.ts';
import { envOf, type Settings } from '../../runtime/settings.ts';
import { CATALOGUES } from '../tools/pages/errors.ts';
import { PROGRAM_SETTINGS } from '../tools/pages/configuration.ts';
import { linkProblems, missingFrom, wordProblems } from './docs.ts';
import { filesUnder, read, ROOT } from './source.ts';

const TEXT = /\.(ts|tsx|mjs|js|json|md|html|css|toml|sh|csv|svg)$|(^|\/)(Makefile|run|LICENSE|\.[a-z]+(rc|ignore)?)$/;
const paths = filesUnder(ROOT);

function readLinked(path: string): string | undefined {
  const full = join(ROOT, path);
  if (!existsSync(full)) return undefined;
  return statSync(full).isDirectory() || !TEXT.test(path) ? '' : readFileSync(full, 'utf8');
}

describe('pages', () => {
  it('have links that lead somewhere', () => {
    const pages = paths.filter((path) => path.endsWith('.md'));
    expect(pages.length).toBeGreaterThan(5);
    expect(pages.flatMap((path) => linkProblems(path, read(path), readLinked))).toEqual([]);
  });

  it.each([
    ['[a](gone.md)', 1],
    ['![a](pictures/gone.png)', 1],
    ['<img src="gone.png">', 1],
    ['[a](#gone)', 1],
    ['[a](there.md#gone)', 1],
    ['[a](there.md#đây-rồi) [b](#here) [c](https://example.com/x) [d](folder/)', 0],
    ['`[a](gone.md)`\n```\n[a](gone.md)\n```', 0],
  ])('with the planted %j have %i that do not', (link, count) => {
    const project: Record<string, string> = { 'docs/there.md': '## Đây `rồi`!', 'docs/folder/': '' };
    expect(linkProblems('docs/page.md', `# Here\n\n${link}\n`, (path) => project[path])).toHaveLength(count);
  });
});

describe('words', () => {
  it('are of the project alone', () => {
    const texts = paths.filter((path) => TEXT.test(path));
    expect(texts.length).toBeGreaterThan(300);
    expect(texts.flatMap((path) => wordProblems(path, read(path)))).toEqual([]);
  });

  // Written with a # in their middle, so that this file does not hold what the test looks for.
  it.each(['cd /#work/main', '"resolved": "https://registry.npm#js.org/x.tgz"', 'registry=https://npm.jf#rog.io/', 'Written by Cl#aude'])(
    'find the planted %j',
    (line) => expect(wordProblems('a.md', `first\n${line.replace('#', '')}`)).toHaveLength(1),
  );
  it.each(['./work/a', 'https://example.com/work/x', 'home/root/x', 'a session of a user', '/home/lan/de-thi.docx'])(
    'leave %j alone',
    (line) => {
      expect(wordProblems('a.md', line)).toEqual([]);
    },
  );
});

describe('docs/errors.md', () => {
  const codes = CATALOGUES.flatMap(([, catalogue]) => Object.keys(catalogue));
  it('has an entry for every code', () => expect(missingFrom(read('docs/errors.md'), codes)).toEqual([]));
  it('would miss one', () => expect(missingFrom(read('docs/errors.md'), [...codes, 'PLANTED_CODE'])).toEqual(['PLANTED_CODE']));
  it('is made of every catalogue there is', async () => {
    const files = paths.filter((path) => /^[^/]+\/errors\.ts$/.test(path));
    const modules = await Promise.all(files.map(async (path) => (await import(join(ROOT, path))) as Record<string, unknown>));
    const known = new Set<unknown>(CATALOGUES.map(([, catalogue]) => catalogue));
    const found = modules.map((module) => Object.entries(module).filter(([name]) => name.endsWith('Errors')));
    expect(found.every((each) => each.length === 1)).toBe(true);
    expect(found.flat().filter(([, catalogue]) => !known.has(catalogue))).toEqual([]);
  });
  it('has no code twice', () => expect(codes.filter((code, index) => codes.indexOf(code) !== index)).toEqual([]));
  it('says what and what to do, in both languages, with an exit code of sysexits.h', () => {
    const poor = CATALOGUES.flatMap(([, catalogue]) => Object.entries(catalogue as ErrorCatalogue)).filter(([code, entry]) => {
      const texts = [entry.en, entry.vi, entry.hint.en, entry.hint.vi];
      const shape = /^[A-Z]+(_[A-Z0-9]+)+$/.test(code) && texts.every((text) => text.trim().length > 5 && !text.includes('\n'));
      return !shape || entry.en === entry.vi || entry.exit < 64 || entry.exit > 78;
    });
    expect(poor.map(([code]) => code)).toEqual([]);
  });
});

describe('docs/configuration.md', () => {
  const names = PROGRAM_SETTINGS.flatMap(([, , settings]) => Object.keys(settings as Settings).map(envOf));
  it('has a row for every setting', () => expect(missingFrom(read('docs/configuration.md'), names)).toEqual([]));
  it('would miss one', () => {
    expect(missingFrom(read('docs/configuration.md'), [...names, 'LABWATCH_PLANTED'])).toEqual(['LABWATCH_PLANTED']);
  });
  it('is made of the settings of every program there is', () => {
    const files = paths.filter((path) => /^[^/]+\/settings\.ts$/.test(path) && path !== 'runtime/settings.ts');
    expect(files.toSorted()).toEqual(['agent/settings.ts', 'broker/settings.ts', 'collector/settings.ts']);
  });
});
