import type { Source } from './source.ts';

/** Lines: a file aims at 150, is questioned at 350 and refused at 500; a function is questioned at 60. */
export const LIMITS = { questioned: 350, refused: 500, function: 60 } as const;

/** Made by a program, for a program. */
const GENERATED: ReadonlySet<string> = new Set(['dashboards/console/src/api/generated.ts']);
/** Tests and contract suites nest their cases in one function; each case counts by itself. */
const SUITE = /\.(test|contract)\.tsx?$|^ledger\/contract\//;
const CONFIG = /(^|\/)(vite|vitest)\.config\.ts$/;
const KEBAB = /^[a-z0-9]+(-[a-z0-9]+)*(\.(test|contract|config|d))?\.(ts|tsx|mjs|js)$/;

/** What was questioned and may stay, with the reason. */
export type Reasons = Readonly<Record<string, string>>;

interface Question {
  /** `file`, or `file#function`. */
  readonly what: string;
  readonly lines: number;
}

function questionsOf({ path, lines, functions }: Source): Question[] {
  if (GENERATED.has(path)) return [];
  const questions: Question[] = lines > LIMITS.questioned && lines <= LIMITS.refused ? [{ what: path, lines }] : [];
  const longest = new Map<string, number>();
  for (const { name, lines: size } of SUITE.test(path) ? [] : functions) longest.set(name, Math.max(size, longest.get(name) ?? 0));
  for (const [name, size] of longest) if (size > LIMITS.function) questions.push({ what: `${path}#${name}`, lines: size });
  return questions;
}

/** Names, sizes and exports that the house does not allow, as lines for a person. */
export function shapeProblems(sources: readonly Source[], reasons: Reasons): string[] {
  const problems: string[] = [];
  for (const { path, lines, defaultExport } of sources) {
    if (!KEBAB.test(path.split('/').at(-1)!)) problems.push(`${path}: file names are kebab-case`);
    if (defaultExport && !CONFIG.test(path)) problems.push(`${path}: exports have names`);
    if (lines > LIMITS.refused && !GENERATED.has(path)) problems.push(`${path}: ${lines} lines; more than ${LIMITS.refused} are refused`);
  }
  const questions = sources.flatMap(questionsOf);
  for (const { what, lines } of questions) {
    if (reasons[what] === undefined)
      problems.push(`${what}: ${lines} lines; make it smaller or give a reason in tests/architecture/long.json`);
    else if (reasons[what].length < 20) problems.push(`${what}: "${reasons[what]}" is no reason`);
  }
  const asked = new Set(questions.map(({ what }) => what));
  for (const what of Object.keys(reasons))
    if (!asked.has(what)) problems.push(`${what}: is no longer long; take it out of tests/architecture/long.json`);
  return problems;
}
