/** Sequence numbers stored of one stream: all up to `contiguous`, and these later ranges (inclusive, sorted, apart). */
export interface Sequences {
  readonly contiguous: number;
  readonly ahead: readonly (readonly [number, number])[];
}

export const NO_SEQUENCES: Sequences = { contiguous: 0, ahead: [] };

/** More gaps than this are never kept: an outbox sends in order, so only a broken or hostile sender makes them. */
export const MAX_GAPS = 1_000;

/** Whether all of first..seq is stored. */
export function covers(known: Sequences, first: number, seq: number): boolean {
  const from = Math.max(first, known.contiguous + 1);
  return from > seq || known.ahead.some(([low, high]) => low <= from && seq <= high);
}

/** Lets `contiguous` swallow the ranges that now touch it. */
function settle(contiguous: number, ahead: readonly (readonly [number, number])[]): Sequences {
  let reached = contiguous;
  let used = 0;
  for (const [low, high] of ahead) {
    if (low > reached + 1) break;
    reached = Math.max(reached, high);
    used++;
  }
  return { contiguous: reached, ahead: used === 0 ? ahead : ahead.slice(used) };
}

/** Adds first..seq. */
export function addRange(known: Sequences, first: number, seq: number): Sequences {
  if (first <= known.contiguous + 1) return settle(Math.max(known.contiguous, seq), known.ahead);
  let low = first;
  let high = seq;
  const before: (readonly [number, number])[] = [];
  const after: (readonly [number, number])[] = [];
  for (const range of known.ahead) {
    if (range[1] < low - 1) before.push(range);
    else if (range[0] > high + 1) after.push(range);
    else {
      low = Math.min(low, range[0]);
      high = Math.max(high, range[1]);
    }
  }
  return { contiguous: known.contiguous, ahead: [...before, [low, high], ...after] };
}

/** Nothing below `oldest` will come any more: it counts as stored. */
export function jumpTo(known: Sequences, oldest: number): Sequences {
  return oldest - 1 <= known.contiguous ? known : settle(oldest - 1, known.ahead);
}
