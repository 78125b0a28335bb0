import { dirname, posix } from 'node:path';

/** Heading to anchor, as GitHub makes it. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .trim()
    .replaceAll(' ', '-');

const withoutCode = (text: string): string => text.replaceAll(/```[\s\S]*?```/g, '').replaceAll(/`[^`\n]*`/g, '');

function anchorsIn(text: string): Set<string> {
  const headings = text.replaceAll(/```[\s\S]*?```/g, '').matchAll(/^#{1,6} (.+)$/gm);
  return new Set(Array.from(headings, (match) => anchorOf(match[1]!.replaceAll('`', ''))));
}

/**
 * Links and pictures of a page that lead nowhere.
 * @param read the text of a file of the project, '' for a folder or a file that is no text, undefined when it is not there
 */
export function linkProblems(path: string, text: string, read: (path: string) => string | undefined): string[] {
  const links = Array.from(
    withoutCode(text).matchAll(/\]\(([^)\s]+)(?: "[^"]*")?\)|(?:src|href)="([^"]+)"/g),
    (match) => match[1] ?? match[2]!,
  );
  return links
    .filter((link) => !/^(https?|mailto):/.test(link))
    .filter((link) => {
      const [file = '', anchor] = decodeURI(link).split('#', 2);
      const target = file === '' ? text : read(posix.join(dirname(path), file));
      return target === undefined || (anchor !== undefined && anchor !== '' && !anchorsIn(target).has(anchor));
    })
    .map((link) => `${path}: the link ${link} leads nowhere`);
}

/** Some letters stand in brackets so that this file does not hold what it looks for. */
const FORBIDDEN: readonly (readonly [what: string, pattern: RegExp])[] = [
  ['an absolute path of one machine', /(?<![\w.<>:-])\/(work|root|Users)\/(?=\w)/],
  ['a host of a package registry', /\b(registry\.(npmj[s]|yarnpk[g])|npmmirro[r]|jfro[g]|artifactor[y]|nexus3?)\.[a-z]/i],
  ['who or what wrote it', /\b([C]laude|[A]nthropic|[C]hatGPT|[C]opilot|[O]penAI)\b/i],
];

/** Words that have no place in the project: it speaks of itself alone, and of no machine it was made on. */
export function wordProblems(path: string, text: string): string[] {
  return text
    .split('\n')
    .flatMap((line, index) =>
      FORBIDDEN.filter(([, pattern]) => pattern.test(line)).map(([what]) => `${path}:${index + 1}: ${what}: ${line.trim().slice(0, 80)}`),
    );
}

/** Names that a page should have and has not: each stands in a heading, or in code in a table. */
export function missingFrom(page: string, names: readonly string[]): string[] {
  return names.filter((name) => !new RegExp(`^#+ ${name}$|^\\|.*\`(--)?${name}\``, 'm').test(page));
}
