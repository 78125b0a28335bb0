import { check, clean } from './check.ts';

/** What the agent uses of `typebox/value`. */
export const Value = { Check: check, Clean: clean };
