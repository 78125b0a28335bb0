import { cliLanguage } from '../../../runtime/command.ts';
import { VERSION } from '../../../runtime/version.ts';
import type { Platform } from '../../probes/probe.ts';
import { ofInstalled } from '../layout.ts';
import { thisPlatform } from '../make.ts';
import { type Context, gather } from './context.ts';
import { type Finding, guarded, worst } from './finding.ts';
import { checkBroker, checkServer } from './network-check.ts';
import { checkHardware, checkProbes } from './probe-check.ts';
import { checkService } from './service-check.ts';
import { checkCa, checkEnrolment, checkSettings } from './settings-check.ts';
import { checkDisk, checkOutbox } from './storage-check.ts';
import { checkUpdates } from './update-check.ts';

/** Every check, in the order in which it is told. */
export async function examine(context: Context, platform: Platform): Promise<Finding[]> {
  const parts = await Promise.all([
    guarded('config', () => checkSettings(context)),
    guarded('service', () => checkService(context, platform)),
    guarded('enrolment', () => checkEnrolment(context)),
    guarded('ca', () => checkCa(context)),
    guarded('server', () => checkServer(context)),
    guarded('broker', () => checkBroker(context)),
    guarded('disk', () => checkDisk(context, platform)),
    guarded('outbox', () => checkOutbox(context)),
    guarded('identity', () => checkHardware(platform)),
    guarded('update', () => checkUpdates(context)),
    guarded('probe', () => checkProbes(context, platform)),
  ]);
  return parts.flat();
}

/** The findings for a person: a line each, and what to do below it. */
export function doctorText(findings: readonly Finding[], language: 'en' | 'vi'): string {
  const width = Math.max(...findings.map(({ id }) => id.length));
  const indent = ' '.repeat(6 + width + 2);
  return findings
    .flatMap(({ id, level, what, todo }) => [
      `${level.toUpperCase().padEnd(4)}  ${id.padEnd(width)}  ${what[language]}`,
      ...(todo === undefined ? [] : [`${indent}-> ${todo[language]}`]),
    ])
    .join('\n');
}

/** `labwatch agent doctor`: what is well, what is not and what to do. @returns 1 when something failed, else 0 */
export async function doctor(argv: readonly string[]): Promise<number> {
  const json = argv.includes('--json');
  const words = ofInstalled(argv.filter((word) => word !== '--json'));
  const context = gather(words, process.env);
  const findings = await examine(context, thisPlatform());
  const level = worst(findings);
  process.stdout.write(
    json
      ? `${JSON.stringify({ version: VERSION, at: new Date().toISOString(), level, findings }, null, 2)}\n`
      : `labwatch agent ${VERSION}\n${doctorText(findings, cliLanguage())}\n`,
  );
  return level === 'fail' ? 1 : 0;
}
