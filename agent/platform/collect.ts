type Collect = (options: { type: 'major'; execution: 'sync'; flavor: 'last-resort' }) => void;

/**
 * Lets V8 look for garbage once, everywhere, so that the system finds free pages to take back: a third of its heap after a start
 * is of no more use, and a program this idle would never get to it. Only the single executable can (`--expose-gc`).
 * @returns whether it did
 */
export function collectGarbage(global: { readonly gc?: unknown } = globalThis): boolean {
  const { gc } = global;
  if (typeof gc !== 'function') return false;
  (gc as Collect)({ type: 'major', execution: 'sync', flavor: 'last-resort' });
  return true;
}
