import type { WindowsVersion } from './version.ts';

/** Last day for Home and Pro, and for Enterprise and Education; one where both are the same. */
type Days = readonly [string] | readonly [string, string];

/**
 * Last day on which security updates are free of charge, by build. Sources: Microsoft's release information of Windows 10
 * and 11 and its lifecycle pages, as collected on endoflife.date (products windows and windows-server), read in
 * November 2026. Extended Security Updates, which are bought or enrolled for, are left out: whether a machine has them is not told.
 */
const CLIENTS: Readonly<Record<number, Days>> = {
  7600: ['2013-04-09'],
  7601: ['2020-01-14'],
  9200: ['2016-01-12'],
  9600: ['2023-01-10'],
  10240: ['2017-05-09'],
  10586: ['2017-10-10', '2018-04-10'],
  14393: ['2018-04-10', '2019-04-09'],
  15063: ['2018-10-09', '2019-10-08'],
  16299: ['2019-04-09', '2020-10-13'],
  17134: ['2019-11-12', '2021-05-11'],
  17763: ['2020-11-10', '2021-05-11'],
  18362: ['2020-12-08'],
  18363: ['2021-05-11', '2022-05-10'],
  19041: ['2021-12-14'],
  19042: ['2022-05-10', '2023-05-09'],
  19043: ['2022-12-13'],
  19044: ['2023-06-13', '2024-06-11'],
  19045: ['2025-10-14'],
  22000: ['2023-10-10', '2024-10-08'],
  22621: ['2024-10-08', '2025-10-14'],
  22631: ['2025-11-11', '2026-11-10'],
  26100: ['2026-10-13', '2027-10-12'],
  26200: ['2027-10-12', '2028-10-10'],
};
/** Long-Term Servicing: Enterprise, and IoT Enterprise where it lasts longer. */
const LONG_TERM: Readonly<Record<number, Days>> = {
  10240: ['2025-10-14'],
  14393: ['2026-10-13'],
  17763: ['2029-01-09'],
  19044: ['2027-01-12', '2032-01-13'],
  26100: ['2029-10-09', '2034-10-10'],
};
const SERVERS: Readonly<Record<number, Days>> = {
  7601: ['2020-01-14'],
  9200: ['2023-10-10'],
  9600: ['2023-10-10'],
  14393: ['2027-01-12'],
  17763: ['2029-01-09'],
  20348: ['2031-10-14'],
  26100: ['2034-10-10'],
};

const CONSUMER = /^(?:Core|Professional|CloudEdition)/;
const ORGANISATION = /^(?:Enterprise|Education|IoTEnterprise)/;

/** @returns yyyy-mm-dd, or undefined when the table does not have the build, or the edition decides and is not known. Pure. */
export function windowsEndOfSupport({ build, edition = '', server }: WindowsVersion): string | undefined {
  const longTerm = /^(?:IoT)?EnterpriseS/.test(edition);
  const table = server ? SERVERS : longTerm ? LONG_TERM : CLIENTS;
  if (build === undefined || !Object.hasOwn(table, build)) return undefined;
  const [first, second] = table[build]!;
  if (second === undefined) return first;
  if (longTerm) return edition.startsWith('IoT') ? second : first;
  return ORGANISATION.test(edition) ? second : CONSUMER.test(edition) ? first : undefined;
}
