import { spawn } from 'node:child_process';
import { win32 } from 'node:path';

/** Variables without which programs of Windows do not start or do not find their own. Nothing of ours (a token) is passed on. */
const PASSED = ['SystemRoot', 'SystemDrive', 'windir', 'ComSpec', 'PATH', 'PATHEXT', 'TEMP', 'TMP', 'ProgramData', 'ProgramFiles'];
const PASSED_TOO = [
  'ProgramFiles(x86)',
  'ProgramW6432',
  'CommonProgramFiles',
  'PROCESSOR_ARCHITECTURE',
  'NUMBER_OF_PROCESSORS',
  'PSModulePath',
];

/** Programs of Windows write UTF-16 with a mark at the beginning, or bytes. Pure. */
export function programText(bytes: Uint8Array): string {
  const wide = bytes[0] === 0xff && bytes[1] === 0xfe;
  return new TextDecoder(wide ? 'utf-16le' : 'utf-8').decode(bytes);
}

/** taskkill ends the children too; a plain kill would leave them. */
function endTree(pid: number): void {
  const taskkill = win32.join(process.env['SystemRoot'] ?? 'C:\\Windows', 'System32', 'taskkill.exe');
  const killer = spawn(taskkill, ['/PID', String(pid), '/T', '/F'], { windowsHide: true, stdio: 'ignore' });
  killer.on('error', () => {});
}

/**
 * Runs a program without a window. @returns what it wrote when it ended in time, with 0 unless any status will do
 */
export function runProgram(
  file: string,
  args: readonly string[],
  { timeoutMs, maxBytes, anyExit }: { timeoutMs: number; maxBytes: number; anyExit: boolean },
): Promise<string | undefined> {
  return new Promise((resolve) => {
    const names = [...PASSED, ...PASSED_TOO].filter((name) => process.env[name] !== undefined);
    const env = Object.fromEntries(names.map((name) => [name, process.env[name]]));
    const child = spawn(file, args, { windowsHide: true, stdio: ['ignore', 'pipe', 'ignore'], env });
    const chunks: Buffer[] = [];
    let total = 0;
    let settled = false;
    const settle = (answer: string | undefined): void => {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      resolve(answer);
    };
    const end = (): void => {
      if (child.pid !== undefined) endTree(child.pid);
      child.kill();
      child.stdout.destroy();
      settle(undefined);
    };
    const timer = setTimeout(end, timeoutMs);
    child.on('error', () => settle(undefined));
    child.stdout.on('data', (chunk: Buffer) => {
      total += chunk.length;
      chunks.push(chunk);
      if (total > maxBytes) end();
    });
    child.on('close', (code) => settle(code === 0 || (anyExit && code !== null) ? programText(Buffer.concat(chunks)) : undefined));
  });
}
