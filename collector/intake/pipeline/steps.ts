import { answers } from './answers.ts';
import { apply } from './apply.ts';
import { dedupe } from './dedupe.ts';
import { load } from './load.ts';
import { spool } from './spool.ts';
import type { Stage } from './stage.ts';
import { timeCorrect } from './time-correct.ts';

/**
 * The way of a message: decode and validate need nothing but the message and run before the transaction; these run inside
 * it, in this order, each over the whole batch. Then it commits, and the acknowledgements go out.
 */
export const STEPS: readonly Stage[] = [load, dedupe, timeCorrect, apply, answers, spool];
