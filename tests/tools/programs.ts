import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** A folder that is gone when the test is over. */
export function tempFolder(name: string): { path: string; remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), `labwatch-${name}-`));
  return { path, remove: () => rmSync(path, { recursive: true, force: true, maxRetries: 5 }) };
}

/** A TCP port of loopback that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

/** Thrown by what `until` asks when waiting longer is of no use. */
export class Hopeless extends Error {}

/** Waits until `probe` answers something; the error names what was waited for. No test fails because a machine is slow: the time is generous. */
export async function until<T>(
  what: string,
  probe: () => Promise<T | undefined | false> | T | undefined | false,
  timeoutMs = 90_000,
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  let last: unknown;
  while (Date.now() < deadline) {
    try {
      const answer = await probe();
      if (answer !== undefined && answer !== false) return answer;
    } catch (error) {
      if (error instanceof Hopeless) throw error;
      last = error;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`gave up waiting for ${what}${last instanceof Error ? `: ${last.message}` : ''}`);
}

/** A real program in a process of its own. */
export class Program {
  readonly child: ChildProcess;
  stdout = '';
  stderr = '';
  readonly #exit: Promise<number | null>;

  constructor(file: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) {
    const clean = Object.fromEntries(
      Object.entries(process.env).filter(([key]) => !key.startsWith('LABWATCH_') && !key.startsWith('VITEST')),
    );
    this.child = spawn(file, args, { env: { ...clean, ...env }, stdio: ['pipe', 'pipe', 'pipe'], cwd: ROOT });
    this.child.stdout!.setEncoding('utf8').on('data', (text: string) => (this.stdout += text));
    this.child.stderr!.setEncoding('utf8').on('data', (text: string) => (this.stderr += text));
    this.#exit = once(this.child, 'exit').then(([code]) => code as number | null);
  }

  /** @returns the match, once the program printed it to stdout */
  async says(pattern: RegExp, timeoutMs?: number): Promise<RegExpExecArray> {
    return until(
      `${String(pattern)} from the program; it printed: ${this.stdout}\n${this.stderr.slice(-2000)}`,
      () => {
        const match = pattern.exec(this.stdout);
        if (match === null && this.child.exitCode !== null)
          throw new Hopeless(`it ended with code ${this.child.exitCode}: ${this.stderr.slice(-2000)}`);
        return match ?? undefined;
      },
      timeoutMs,
    );
  }

  /** @returns the exit code; null when a signal ended it */
  async ended(): Promise<number | null> {
    return this.child.exitCode ?? (await this.#exit);
  }

  /** Sends a signal and waits for the end. A second call does nothing. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    if (this.child.exitCode === null && this.child.signalCode === null) this.child.kill(signal);
    return this.ended();
  }
}

/** `labwatch <args>` as a user starts it, with nothing of this process's LABWATCH_ settings. */
export function labwatch(args: readonly string[], env: NodeJS.ProcessEnv = {}): Program {
  return new Program(process.execPath, [join(ROOT, 'bin/labwatch.mjs'), ...args], env);
}

/** Settings for `labwatch up`: every listener on a port the system chooses. */
export const ANY_PORTS: NodeJS.ProcessEnv = {
  LABWATCH_HTTP_PORT: '0',
  LABWATCH_HTTPS_PORT: '0',
  LABWATCH_MQTT_PORT: '0',
  LABWATCH_MQTTS_PORT: '0',
  LABWATCH_WS_PORT: '0',
  LABWATCH_WSS_PORT: '0',
};
