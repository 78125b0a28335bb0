import { expect, it } from 'vitest';
import { windowsEndOfSupport } from './end-of-support.ts';
import type { WindowsVersion } from './version.ts';

const system = (build: number | undefined, edition?: string, server = false): WindowsVersion => ({
  name: 'Windows',
  server,
  kernel: [10, 0],
  ...(build === undefined ? {} : { build }),
  ...(edition === undefined ? {} : { edition }),
});

it.each<[string, WindowsVersion, string | undefined]>([
  ['Windows 7 SP1', system(7601, 'Professional'), '2020-01-14'],
  ['Windows 10 22H2 Pro', system(19045, 'Professional'), '2025-10-14'],
  ['Windows 10 22H2 Education', system(19045, 'Education'), '2025-10-14'],
  ['Windows 10 22H2 of an edition nobody knows', system(19045), '2025-10-14'],
  ['Windows 10 21H2 Home', system(19044, 'CoreSingleLanguage'), '2023-06-13'],
  ['Windows 10 21H2 Enterprise', system(19044, 'Enterprise'), '2024-06-11'],
  ['LTSC 2021', system(19044, 'EnterpriseS'), '2027-01-12'],
  ['LTSC 2021 N', system(19044, 'EnterpriseSN'), '2027-01-12'],
  ['IoT LTSC 2021', system(19044, 'IoTEnterpriseS'), '2032-01-13'],
  ['LTSB 2016', system(14393, 'EnterpriseS'), '2026-10-13'],
  ['Windows 11 23H2 Pro', system(22631, 'Professional'), '2025-11-11'],
  ['Windows 11 23H2 Pro Education', system(22631, 'ProfessionalEducation'), '2025-11-11'],
  ['Windows 11 23H2 Education', system(22631, 'EducationN'), '2026-11-10'],
  ['Windows 11 25H2 Home', system(26200, 'Core'), '2027-10-12'],
  ['Windows 11 23H2, edition not known: the two days differ', system(22631), undefined],
  ['Windows Server 2019', system(17763, 'ServerStandard', true), '2029-01-09'],
  ['a build that is not in the table', system(29999, 'Professional'), undefined],
  ['no build', system(undefined, 'Professional'), undefined],
])('%s', (_name, version, day) => {
  expect(windowsEndOfSupport(version)).toBe(day);
});
