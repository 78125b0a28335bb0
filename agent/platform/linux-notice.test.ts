import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { linuxDoor } from './linux-door.ts';
import { showOnTerminals } from './linux-notice.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'labwatch-notice-'));
  mkdirSync(join(root, 'run/systemd/sessions'), { recursive: true });
  mkdirSync(join(root, 'dev/pts'), { recursive: true });
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** As logind writes it. */
function session(id: string, fields: Record<string, string>): void {
  const lines = Object.entries({ UID: '1000', USER: 'lan', ACTIVE: '1', STATE: 'active', CLASS: 'user', ...fields });
  writeFileSync(
    join(root, 'run/systemd/sessions', id),
    `# This is private data. Do not parse.\n${lines.map(([k, v]) => `${k}=${v}`).join('\n')}\n`,
  );
}
const terminal = (name: string): string => {
  writeFileSync(join(root, 'dev', name), '');
  return join(root, 'dev', name);
};
const show = (): Promise<string> => showOnTerminals(linuxDoor(root), 'Máy 07\nXin chào', join(root, 'dev'));

test('on the terminal of a person, with line ends of a terminal', async () => {
  session('3', { TYPE: 'tty', TTY: 'tty1' });
  session('4', { TYPE: '"tty"', TTY: '"pts/0"', CLASS: '"user-early"' });
  const files = [terminal('tty1'), terminal('pts/0')];
  expect(await show()).toBe('shown');
  for (const file of files) expect(readFileSync(file, 'utf8')).toContain('Máy 07\r\nXin chào\r\n');
});

test.each([
  ['nobody is logged in', (): void => undefined, 'nobody'],
  ['only the greeter', () => session('1', { TYPE: 'wayland', CLASS: 'greeter', TTY: 'tty1' }), 'nobody'],
  ['a desktop, which no service may enter', () => session('2', { TYPE: 'x11', TTY: 'tty2', DISPLAY: ':0' }), 'not_supported'],
  ['a terminal that may not be written', () => session('3', { TYPE: 'tty', TTY: 'tty9' }), 'not_supported'],
  ['a terminal that is none', () => session('3', { TYPE: 'tty', TTY: '../../etc/passwd' }), 'nobody'],
] as const)('%s', async (_what, plant, outcome) => {
  plant();
  terminal('tty2');
  expect(await show()).toBe(outcome);
  expect(readFileSync(join(root, 'dev/tty2'), 'utf8')).toBe('');
});
