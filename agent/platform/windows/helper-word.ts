/**
 * What a helper says to the agent: one message of ASCII, `idle 1 <seconds> <milliseconds since boot>`. Nothing else of the
 * session goes through the pipe. Pure.
 */

const WORD = /^idle 1 (\d{1,8}) (\d{1,13})$/;
/** Longest message that is looked at. */
export const WORD_BYTES = 64;

export function formatWord(idleSeconds: number, mono: number): string {
  return `idle 1 ${Math.min(99_999_999, Math.max(0, Math.trunc(idleSeconds)))} ${Math.max(0, Math.trunc(mono))}`;
}

/** @returns undefined for anything else than such a message */
export function parseWord(bytes: Uint8Array): { readonly idleSeconds: number; readonly mono: number } | undefined {
  if (bytes.length > WORD_BYTES) return undefined;
  const match = WORD.exec(String.fromCharCode(...bytes));
  return match === null ? undefined : { idleSeconds: Number(match[1]), mono: Number(match[2]) };
}

/**
 * Seconds since the last input. Both are counters of 32 bits of milliseconds (GetTickCount, LASTINPUTINFO.dwTime) that begin
 * anew after 49.7 days, so the difference is taken in 32 bits.
 */
export function idleSecondsOf(tick: number, lastInput: number): number {
  return Math.floor(((tick - lastInput) >>> 0) / 1000);
}
