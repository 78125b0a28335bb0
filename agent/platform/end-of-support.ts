import type { OsRelease } from './os-release.ts';

/**
 * Last day on which security updates are free of charge, by os-release ID and VERSION_ID.
 *
 * Debian: the column eol-lts (Debian LTS), Ubuntu LTS: the column eol (standard support; ESM needs a subscription), both
 * as in Debian's package distro-info-data 0.58+deb12u7 (debian.csv, ubuntu.csv), read in November 2026.
 * Linux Mint: five years, to April, as the Ubuntu LTS below it (22: to 2029, 20: ended in spring 2025, by press reports; the
 * day is the last of April, since Mint gives only the month).
 * What is not in the table is unknown.
 */
const LAST_DAYS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  debian: { '10': '2024-06-30', '11': '2026-08-31', '12': '2028-06-30', '13': '2030-06-30' },
  ubuntu: {
    '14.04': '2019-04-25',
    '16.04': '2021-04-30',
    '18.04': '2023-05-31',
    '20.04': '2025-05-29',
    '22.04': '2027-06-01',
    '24.04': '2029-05-31',
    '26.04': '2031-05-29',
  },
  linuxmint: { '19': '2023-04-30', '20': '2025-04-30', '21': '2027-04-30', '22': '2029-04-30' },
};

/** @returns yyyy-mm-dd, or undefined when the table does not have the system */
export function endOfSupport(os: OsRelease): string | undefined {
  const table = LAST_DAYS[os.id ?? ''];
  if (table === undefined || os.versionId === undefined || !Object.hasOwn(LAST_DAYS, os.id ?? '')) return undefined;
  const major = os.versionId.split('.')[0]!;
  // Debian and Mint count point releases behind the dot; Ubuntu's version has one of its own.
  const key = os.id === 'ubuntu' ? os.versionId.split('.').slice(0, 2).join('.') : major;
  return Object.hasOwn(table, key) ? table[key] : undefined;
}
