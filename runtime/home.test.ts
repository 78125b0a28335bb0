import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { isAbsolute, join, relative } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LabwatchError } from './errors.ts';
import { openHome } from './home.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'labwatch-home-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function failure(...parts: [string, ...string[]]): LabwatchError {
  try {
    openHome(...parts);
  } catch (error) {
    return error as LabwatchError;
  }
  throw new Error('it was taken');
}

describe('openHome', () => {
  it('makes the folder and those above it, private to this user', () => {
    const path = openHome(folder, 'a', 'b');
    expect(path).toBe(join(folder, 'a', 'b'));
    expect([join(folder, 'a'), path].map((each) => statSync(each).mode & 0o777)).toEqual([0o700, 0o700]);
  });
  it('answers with an absolute path', () => {
    expect(isAbsolute(openHome(relative(process.cwd(), folder)))).toBe(true);
  });
  it('takes a folder that is there, and leaves its rights alone', () => {
    mkdirSync(join(folder, 'there'));
    chmodSync(join(folder, 'there'), 0o755);
    openHome(folder, 'there');
    expect(statSync(join(folder, 'there')).mode & 0o777).toBe(0o755);
  });
  it('says plainly when a file is in the way', () => {
    writeFileSync(join(folder, 'file'), '');
    for (const parts of [['file'], ['file', 'below']] as const) {
      const error = failure(folder, ...parts);
      expect(error).toMatchObject({ code: 'HOME_UNWRITABLE', exit: 73 });
      expect(error.line()).toContain(join(folder, ...parts));
      expect(error.line()).toContain('--home');
    }
  });
  it.runIf(process.platform === 'linux')('says plainly when the system allows no folder there, even for root', () => {
    expect(failure('/proc/labwatch')).toMatchObject({ code: 'HOME_UNWRITABLE', exit: 73 });
  });
});
