import type { Door } from '../probes/probe.ts';

/** What `/etc/os-release` says (os-release(5), freedesktop.org). */
export interface OsRelease {
  readonly id?: string;
  readonly idLike?: string;
  readonly name?: string;
  readonly prettyName?: string;
  readonly versionId?: string;
}

/**
 * Reads the lines `KEY=value`, `KEY="value"` or `KEY='value'` of os-release; anything else is passed over. Pure.
 */
export function parseOsRelease(text: string): OsRelease {
  const values = new Map<string, string>();
  for (const line of text.split('\n')) {
    const match = /^\s*([A-Z][A-Z0-9_]*)=(.*)$/.exec(line);
    if (match === null) continue;
    const raw = match[2]!.trim();
    const quoted = /^"((?:[^"\\]|\\.)*)"$|^'([^']*)'$/.exec(raw);
    values.set(match[1]!, quoted === null ? raw : (quoted[1]?.replace(/\\(.)/g, '$1') ?? quoted[2] ?? ''));
  }
  const result: Record<string, string> = {};
  for (const [key, name] of [
    ['ID', 'id'],
    ['ID_LIKE', 'idLike'],
    ['NAME', 'name'],
    ['PRETTY_NAME', 'prettyName'],
    ['VERSION_ID', 'versionId'],
  ] as const) {
    const value = values.get(key);
    if (value !== undefined && value !== '') result[name] = value;
  }
  return result;
}

/** os-release(5): /etc first, then /usr/lib. */
export async function readOsRelease(door: Door): Promise<OsRelease> {
  return parseOsRelease((await door.readText('/etc/os-release')) ?? (await door.readText('/usr/lib/os-release')) ?? '');
}
