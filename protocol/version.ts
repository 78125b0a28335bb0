/** Versions as labwatch writes them: three numbers and perhaps a pre-release (semver.org 2.0.0 without build metadata). */
export const VERSION_PATTERN =
  '^(0|[1-9]\\d{0,5})\\.(0|[1-9]\\d{0,5})\\.(0|[1-9]\\d{0,5})(-[0-9A-Za-z-]{1,20}(\\.[0-9A-Za-z-]{1,20}){0,3})?$';

const SHAPE = new RegExp(VERSION_PATTERN);

export const isVersion = (text: string): boolean => SHAPE.test(text);

/** Numbers by value and before words; words by their letters (semver.org, point 11). */
function comparePart(one: string, other: string): number {
  const [a, b] = [one, other].map((part) => (/^\d+$/.test(part) ? Number(part) : undefined));
  if (a !== undefined && b !== undefined) return a - b;
  if (a !== undefined) return -1;
  if (b !== undefined) return 1;
  return one < other ? -1 : Number(one > other);
}

function compareLists(one: readonly string[], other: readonly string[]): number {
  for (let i = 0; i < Math.min(one.length, other.length); i++) {
    const order = comparePart(one[i]!, other[i]!);
    if (order !== 0) return order;
  }
  return one.length - other.length;
}

/**
 * Negative when `one` is older than `other`, 0 when they are the same, positive when it is newer. A pre-release is older than
 * its release. What is no version is older than any that is, and the same as another that is none.
 */
export function compareVersions(one: string, other: string): number {
  if (!isVersion(one) || !isVersion(other)) return Number(isVersion(one)) - Number(isVersion(other));
  const [core = '', ...pre] = one.split('-');
  const [otherCore = '', ...otherPre] = other.split('-');
  const order = compareLists(core.split('.'), otherCore.split('.'));
  if (order !== 0) return order;
  if (pre.length === 0 || otherPre.length === 0) return Number(pre.length === 0) - Number(otherPre.length === 0);
  return compareLists(pre.join('-').split('.'), otherPre.join('-').split('.'));
}
