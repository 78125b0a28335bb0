import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { HANDLERS } from '../../agent/remote/handlers.ts';
import { COMMAND_TABLE, COMMANDS } from '../../protocol/commands.ts';
import { SETTING_KEYS } from '../../protocol/device-settings.ts';
import { Command } from '../../protocol/payloads/down.ts';

const ROOT = join(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const filesIn = (folder: string): string[] =>
  readdirSync(join(ROOT, folder))
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .map((name) => `${folder}/${name}`);

interface Schema {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly pattern?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
}

/** Texts of a schema that are neither a code of a list nor an id or hardware address. */
function openTexts(schema: Schema, path = ''): string[] {
  if (schema.enum !== undefined || schema.const !== undefined) return [];
  if (schema.properties !== undefined)
    return Object.entries(schema.properties).flatMap(([key, inner]) => openTexts(inner, `${path}/${key}`));
  if (schema.items !== undefined) return openTexts(schema.items, `${path}/*`);
  if (schema.type !== 'string') return [];
  return ['^[a-z0-9]{26}$', '^([0-9a-f]{2}:){5}[0-9a-f]{2}$'].includes(schema.pattern ?? '') ? [] : [path];
}

/** Ways in which a file could start a program or make code of a text. */
const STARTERS = /child_process|\bspawn\b|\bexec(File|Sync|FileSync)\(|\beval\b|new Function|\.run\(|node:vm/;

describe('docs/remote.md', () => {
  const lines = read('docs/remote.md').split('\n');
  const told = (word: string): boolean => lines.some((line) => line.startsWith('| `') && line.includes(`\`${word}\``));
  it('tells every setting and every command', () => {
    expect([...SETTING_KEYS, ...COMMANDS].filter((word) => !told(word))).toEqual([]);
    expect(told('planted')).toBe(false);
  });
  it('tells when each command expires', () => {
    const wrong = COMMANDS.filter(
      (name) => !lines.some((line) => line.includes(`\`${name}\``) && line.includes(` ${COMMAND_TABLE[name].minutes} min `)),
    );
    expect(wrong).toEqual([]);
  });
});

describe('commands', () => {
  it('are a closed list with one handler each', () => expect(Object.keys(HANDLERS)).toEqual([...COMMANDS]));

  it('carry no text: codes, ids and hardware addresses', () => expect(openTexts(Command as Schema)).toEqual([]));

  it('would be caught carrying one', () => {
    const planted = {
      type: 'object',
      properties: { name: { enum: ['a'] }, words: { type: 'array', items: { type: 'string', pattern: '^.*$' } } },
    };
    expect(openTexts(planted)).toEqual(['/words/*']);
  });

  it('start no program where they are obeyed', () => {
    const files = filesIn('agent/remote');
    expect(files.length).toBeGreaterThan(5);
    expect(files.filter((path) => STARTERS.test(read(path)))).toEqual([]);
    expect(STARTERS.test("import { spawn } from 'node:child_process';")).toBe(true);
  });

  it('that stop the machine choose from a table of words, and pass nothing on', () => {
    const source = read('agent/platform/power.ts');
    expect(source.match(/\.run\(/g)).toHaveLength(1);
    expect(source).toContain('door.run(file, WORDS[platform][what], { timeoutMs: TIMEOUT_MS })');
    // The program and every word stand in the file; none is put together.
    const table = /const WORDS = \{([\s\S]*?)\} as const/.exec(source)![1]!;
    expect(table).not.toMatch(/[`+]\s*\$|\$\{/);
  });

  it('reach the other actions as codes: the words of a notice are the agent’s own', () => {
    const source = read('agent/remote/handlers.ts');
    expect(source).toContain("Pick<Command, 'notice' | 'macs'>");
    expect(source.match(/actions\.show\(/g)).toHaveLength(1);
    expect(source).toContain('actions.show(noticeText(notice, seat))');
  });
});
