/** The rules of a new password, as the reader sees them met one by one. */
export interface Rules {
  readonly length: boolean;
  readonly different: boolean;
  readonly same: boolean;
}
export const MINIMUM = 10;

/** The server counts UTF-16 units, so do we. An empty field meets nothing. */
export function rulesOf(current: string, next: string, repeat: string): Rules {
  return { length: next.length >= MINIMUM, different: next !== '' && next !== current, same: next !== '' && next === repeat };
}
export const allMet = (rules: Rules) => rules.length && rules.different && rules.same;
