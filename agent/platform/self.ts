import { isSea } from 'node:sea';
import { fileURLToPath } from 'node:url';

/**
 * How to start this agent again with other words (`run`, `child` …): the single executable itself, or the Node that runs these
 * sources with the command beside them.
 */
export function selfCommand(...words: readonly string[]): { readonly file: string; readonly args: readonly string[] } {
  if (isSea()) return { file: process.execPath, args: words };
  return { file: process.execPath, args: [fileURLToPath(new URL('../../bin/labwatch.mjs', import.meta.url)), 'agent', ...words] };
}
