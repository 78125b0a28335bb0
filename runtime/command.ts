/**
 * A subcommand of `labwatch`. `run` gets the words after its name, writes its answer to stdout, and throws a
 * LabwatchError for anything a person can mend; the roof prints that as one line and leaves with its exit code.
 */
export interface Command {
  readonly name: string;
  readonly summary: { readonly en: string; readonly vi: string };
  /** The whole text of `--help`, without the trailing newline. */
  help(language: 'en' | 'vi'): string;
  run(argv: readonly string[]): Promise<number>;
}

/** Vietnamese when LABWATCH_LANG or the locale says so, else English: school PCs carry a Vietnamese locale, servers often none. */
export function cliLanguage(env: NodeJS.ProcessEnv = process.env): 'en' | 'vi' {
  const wanted = env['LABWATCH_LANG'] ?? env['LC_ALL'] ?? env['LC_MESSAGES'] ?? env['LANG'] ?? '';
  return wanted.toLowerCase().startsWith('vi') ? 'vi' : 'en';
}
