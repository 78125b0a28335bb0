import { basename, dirname } from 'node:path';
import { placesOf } from './places.ts';
import { MOST_STARTS } from './trial.ts';

const quoted = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`;

/**
 * What the service manager runs before each start on Linux (POSIX shell, builtins and one `mv`): counts the starts of a version on
 * trial and, after the last one, puts the old executable back. It works for a new version that cannot run a line of its own.
 */
export function guardScript(executable: string): string {
  const { trial, old, guard } = placesOf(executable);
  const name = (path: string): string => quoted(basename(path));
  return [
    `cd ${quoted(dirname(executable))} && [ -s ${name(trial)} ] && [ -f ${name(old)} ] || exit 0`,
    `printf . >>${name(guard)}`,
    `read -r dots <${name(guard)}`,
    `case "$dots" in ${'.'.repeat(MOST_STARTS + 1)}*) mv -f ${name(old)} ${name(executable)};; esac`,
    'exit 0',
  ].join('; ');
}
