import { describe, expect, it } from 'vitest';
import { LISTS, listProblems } from './lists.ts';
import { filesUnder, parseSource, read, ROOT } from './source.ts';

const paths = filesUnder(ROOT);
const importsOf = (path: string): (string | undefined)[] => parseSource(path, read(path)).imports.map((each) => each.target);

describe.each(LISTS)('the list of $file', (list) => {
  it('names everything that is there', () => expect(listProblems(list, paths, read, importsOf)).toEqual([]));
  it('would miss a new one', () => {
    const like = paths.find((path) => list.there.test(path) && (list.only?.test(read(path)) ?? true))!;
    const without = (path: string): (string | undefined)[] => importsOf(path).filter((target) => target !== like);
    expect(listProblems(list, paths, read, without)).toEqual([`${like}: is not in the list of ${list.file}`]);
  });
  it('would be found empty', () => expect(listProblems(list, [list.file], read, importsOf)[0]).toContain('its folder has moved'));
});
