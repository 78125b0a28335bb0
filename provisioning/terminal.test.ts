import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openLedger } from '../ledger/index.ts';

const BIN = fileURLToPath(new URL('../bin/labwatch.mjs', import.meta.url));
const hasScript = process.platform === 'linux' && spawnSync('script', ['--version']).status === 0;

describe('a password', () => {
  let home: string;
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'labwatch-terminal-'));
  });
  afterEach(() => rmSync(home, { recursive: true, force: true }));

  const env = (): NodeJS.ProcessEnv => ({ PATH: process.env['PATH'], LABWATCH_HOME: home, LANG: 'C.UTF-8', HOME: home });
  const opens = async (password: string): Promise<boolean> => {
    const ledger = await openLedger(home);
    const user = await ledger.users.verify('lan', password);
    await ledger.close();
    return user !== undefined;
  };

  it('is read from a pipe', async () => {
    const child = spawn(process.execPath, [BIN, 'user', 'add', 'lan'], { env: env(), stdio: ['pipe', 'pipe', 'pipe'] });
    child.stdin.end('ba con mèo đen\nnot this line\n');
    let out = '';
    child.stdout.on('data', (text: Buffer) => (out += text.toString()));
    child.stderr.on('data', (text: Buffer) => (out += text.toString()));
    const [code] = (await once(child, 'close')) as [number];
    expect({ code, out }).toMatchObject({ code: 0 });
    expect(out).not.toContain('mèo');
    expect(await opens('ba con mèo đen')).toBe(true);
  });

  it.skipIf(!hasScript)('is not shown while a person types it, mistakes rubbed out', async () => {
    // `script` gives the program a real terminal.
    const command = `"${process.execPath}" "${BIN}" user add lan`;
    const child = spawn('script', ['-qec', command, '/dev/null'], { env: { ...env(), SHELL: '/bin/sh' }, stdio: ['pipe', 'pipe', 'pipe'] });
    let seen = '';
    const typed = ['ba con mèo đenx\u007f\r', 'ba con mèo đen\r'];
    child.stdout.on('data', (text: Buffer) => {
      seen += text.toString();
      const asked = (seen.match(/New password: |Once more: /g) ?? []).length;
      while (typed.length > 2 - asked) child.stdin.write(typed.shift()!);
    });
    const [code] = (await once(child, 'close')) as [number];
    expect({ code, seen }).toMatchObject({ code: 0 });
    expect(seen).toContain('User lan');
    expect(seen).not.toContain('con');
    expect(await opens('ba con mèo đen')).toBe(true);
  });
});
