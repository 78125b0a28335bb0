import { setTimeout as sleep } from 'node:timers/promises';

/** Waits for what is nearly there, looking often; the limit only ends a test that has already failed. */
export async function soon(what: string, check: () => boolean | Promise<boolean>, limitMs = 60_000): Promise<void> {
  const end = performance.now() + limitMs;
  while (!(await check())) {
    if (performance.now() > end) throw new Error(`not seen in ${limitMs} ms: ${what}`);
    await sleep(3);
  }
}
