/** A list in the code that must name what a folder holds. */
export interface List {
  /** The file with the list. */
  readonly file: string;
  /** One match per thing that is there. */
  readonly there: RegExp;
  /** Of those, the ones that belong in the list by what is in them. */
  readonly only?: RegExp;
}

/** Every explicit list of the house. Adding a probe, decoder, rule, step or command costs its files and one line in one of these. */
export const LISTS: readonly List[] = [
  { file: 'agent/probes/index.ts', there: /^agent\/probes\/[^/]+\/probe\.ts$/ },
  { file: 'collector/judgement/rules/index.ts', there: /^collector\/judgement\/rules\/(?!index\.|.*\.test\.)[^/]+\.ts$/ },
  { file: 'collector/intake/decoders/index.ts', there: /^collector\/intake\/decoders\/([^/]+)\/\1\.ts$/ },
  {
    file: 'collector/intake/pipeline/steps.ts',
    there: /^collector\/intake\/pipeline\/(?!.*\.test\.)[^/]+\.ts$/,
    only: /^export const \w+: Stage\b/m,
  },
  { file: 'provisioning/main.ts', there: /^provisioning\/[^/]+\/command\.ts$/ },
  { file: 'labwatch.ts', there: /^((agent|broker|collector|provisioning)\/main|up)\.ts$/ },
];

/**
 * What is there and not in its list.
 * @param paths all files of the project
 * @param read the text of a file
 * @param importsOf the files a list imports, from the top of the project
 */
export function listProblems(
  list: List,
  paths: readonly string[],
  read: (path: string) => string,
  importsOf: (path: string) => readonly (string | undefined)[],
): string[] {
  const there = paths.filter((path) => list.there.test(path) && (list.only === undefined || list.only.test(read(path))));
  if (there.length === 0) return [`${list.file}: nothing is there that it could name; its folder has moved`];
  const named = new Set(importsOf(list.file));
  return there.filter((path) => !named.has(path)).map((path) => `${path}: is not in the list of ${list.file}`);
}
