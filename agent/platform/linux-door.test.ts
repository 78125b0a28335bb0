import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { linuxDoor } from './linux-door.ts';

describe.runIf(process.platform === 'linux')('the door to this machine', () => {
  const door = linuxDoor();
  let folder = '';
  const servers: Server[] = [];
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'labwatch-door-'));
  });
  afterAll(() => {
    for (const server of servers) server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** A server on a Unix socket that answers every request this way. */
  async function serve(name: string, answer: (request: string) => { text?: string; close: boolean }): Promise<string> {
    const path = join(folder, name);
    const server = createServer((socket) => {
      socket.on('error', () => {});
      socket.on('data', (data) => {
        const { text, close } = answer(data.toString('utf8'));
        if (text !== undefined) socket.write(text);
        if (close) socket.end();
      });
    });
    servers.push(server);
    await new Promise<void>((resolve) => {
      server.listen(path, resolve);
    });
    return path;
  }

  it('reads files of /proc, whose size is said to be 0', async () => {
    expect(statSync('/proc/meminfo').size).toBe(0);
    expect(await door.readText('/proc/meminfo')).toMatch(/^MemTotal:/);
    expect(await door.readText('/proc/sys/kernel/osrelease')).toBe(readFileSync('/proc/sys/kernel/osrelease', 'utf8'));
  });

  it('reads files in memory at once: part of one, more than a page of one, none that is missing or a folder', async () => {
    const whole = readFileSync('/proc/kallsyms').subarray(0, 200_000);
    expect(Buffer.from((await door.readBytes('/proc/kallsyms', 200_000))!).equals(whole)).toBe(true);
    expect(Buffer.from((await door.readBytes('/proc/kallsyms', 5, 7))!).equals(whole.subarray(7, 12))).toBe(true);
    expect(await door.readText('/proc/no-such-file')).toBeUndefined();
    expect(await door.readText('/proc/self')).toBeUndefined();
    expect(await door.listDir('/proc/self/task')).toContain(String(process.pid));
    expect(await door.listDir('/proc/no-such-folder')).toBeUndefined();
  });

  it('reads a part from an offset', async () => {
    const path = join(folder, 'long');
    writeFileSync(path, 'abcdefghij'.repeat(20_000));
    expect((await door.readBytes(path, 4, 3))?.toString()).toBe(Buffer.from('defg').toString());
    expect((await door.readBytes(path, 150_000))?.length).toBe(150_000);
    expect((await door.readBytes(path, 10, 999_999))?.length).toBe(0);
  });

  it('reads no more than 1 MiB of text', async () => {
    const path = join(folder, 'huge');
    writeFileSync(path, Buffer.alloc(3 * 1024 * 1024, 'x'));
    expect((await door.readText(path))?.length).toBe(1024 * 1024);
  });

  it('answers undefined for what is missing, a folder, a pipe, and bytes that are no text are no error', async () => {
    expect(await door.readText(join(folder, 'missing'))).toBeUndefined();
    expect(await door.readText(folder)).toBeUndefined();
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    expect(await door.readText(join(folder, 'pipe'))).toBeUndefined();
    writeFileSync(join(folder, 'binary'), Buffer.from([0xff, 0xfe, 0x41]));
    expect(await door.readText(join(folder, 'binary'))).toContain('A');
    expect(await door.listDir(join(folder, 'missing'))).toBeUndefined();
    expect(await door.stat(join(folder, 'missing'))).toBeUndefined();
    expect(await door.space(join(folder, 'missing'))).toBeUndefined();
  });

  it('with another folder for the root, stays in it', async () => {
    const root = join(folder, 'root');
    mkdirSync(join(root, 'sys/devices/card'), { recursive: true });
    mkdirSync(join(root, 'sys/class'), { recursive: true });
    writeFileSync(join(root, 'sys/devices/card/name'), 'x');
    symlinkSync('../devices/card', join(root, 'sys/class/card0'));
    symlinkSync('/etc', join(root, 'sys/class/out'));
    const other = linuxDoor(root);
    expect(await other.listDir('/sys/class')).toEqual(['card0', 'out']);
    expect(await other.readText('/sys/class/card0/name')).toBe('x');
    expect(await other.realPath('/sys/class/card0')).toBe('/sys/devices/card');
    expect(await other.realPath('/sys/class/out')).toBeUndefined();
  });

  it('asks a socket and reads until it closes', async () => {
    const path = await serve('echo.sock', (request) => ({ text: `got ${request}`, close: true }));
    expect(await door.ask(path, 'zPING\0', 5000)).toBe('got zPING\0');
  });

  it('gives up a socket that is silent, and keeps what one said that stays open', async () => {
    const silent = await serve('silent.sock', () => ({ close: false }));
    expect(await door.ask(silent, 'x', 100)).toBeUndefined();
    const open = await serve('open.sock', () => ({ text: 'half', close: false }));
    expect(await door.ask(open, 'x', 300)).toBe('half');
    expect(await door.ask(join(folder, 'nobody.sock'), 'x', 5000)).toBeUndefined();
  });

  it('stops reading a socket that never ends', async () => {
    const flood = await serve('flood.sock', () => ({ text: 'y'.repeat(1024 * 1024), close: false }));
    const answer = await door.ask(flood, 'x', 20_000);
    expect(answer?.length).toBeGreaterThanOrEqual(64 * 1024);
    expect(answer?.length).toBeLessThan(1024 * 1024);
  });

  it('runs a program, and answers undefined when it fails, is missing, says too much or is late', async () => {
    expect(await door.run('/bin/echo', ['a b'], { timeoutMs: 20_000 })).toBe('a b\n');
    expect(await door.run('/bin/false', [], { timeoutMs: 20_000 })).toBeUndefined();
    expect(await door.run(join(folder, 'missing'), [], { timeoutMs: 20_000 })).toBeUndefined();
    // Some programs tell by their status what they found, and print all the same.
    expect(await door.run('/bin/sh', ['-c', 'echo found; exit 24'], { timeoutMs: 20_000 })).toBeUndefined();
    expect(await door.run('/bin/sh', ['-c', 'echo found; exit 24'], { timeoutMs: 20_000, anyExit: true })).toBe('found\n');
    expect(await door.run('/bin/sh', ['-c', 'kill -9 $$'], { timeoutMs: 20_000, anyExit: true })).toBeUndefined();
    expect(
      await door.run('/bin/sh', ['-c', 'while :; do echo yyyyyyyyyyyyyyyy; done'], { timeoutMs: 20_000, maxBytes: 10_000 }),
    ).toBeUndefined();
  });

  it('ends a late program together with what it started', async () => {
    const file = join(folder, 'grandchild');
    const script = `sleep 600 & echo $! > ${file}; wait`;
    expect(await door.run('/bin/sh', ['-c', script], { timeoutMs: 1500 })).toBeUndefined();
    const pid = Number(readFileSync(file, 'utf8'));
    // Killed: gone, or a zombie that init has not collected yet.
    await expect.poll(() => isRunning(pid), { timeout: 20_000 }).toBe(false);
  });
});

function isRunning(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
