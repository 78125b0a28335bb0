import { check, problems, type Problem } from './check.ts';
import type { Schema } from './typebox.ts';

/** The shape of typebox's compiled validator that `protocol/decode.ts` uses. Nothing is compiled: an agent checks a message a minute. */
export interface Validator {
  Check(value: unknown): boolean;
  /** The first problem only. */
  Errors(value: unknown): Problem[];
}

export const Compile = (schema: Schema): Validator => ({
  Check: (value) => check(schema, value),
  Errors: (value) => problems(schema, value),
});
