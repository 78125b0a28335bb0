import { agentErrors } from '../../../agent/errors.ts';
import { REFUSALS as CONNECTION_REFUSALS } from '../../../broker/refusals/catalogue.ts';
import { brokerErrors } from '../../../broker/errors.ts';
import { collectorErrors } from '../../../collector/errors.ts';
import { PROBLEMS } from '../../../collector/http/problems.ts';
import { PIPELINE_REASONS, REASONS } from '../../../collector/intake/pipeline/stage.ts';
import { ledgerErrors } from '../../../ledger/errors.ts';
import { REFUSALS } from '../../../protocol/decode.ts';
import { provisioningErrors } from '../../../provisioning/errors.ts';
import { runtimeErrors, sentence, type ErrorCatalogue } from '../../../runtime/errors.ts';

/** Every catalogue of errors that end a command or a program, by the heading it gets. */
export const CATALOGUES: readonly (readonly [heading: string, catalogue: ErrorCatalogue])[] = [
  ['Any program', runtimeErrors],
  ['Agent', agentErrors],
  ['Broker', brokerErrors],
  ['Collector', collectorErrors],
  ['Ledger', ledgerErrors],
  ['Commands of the operator', provisioningErrors],
];

const cell = (text: string): string => text.replaceAll('|', '\\|');

function programErrors([heading, catalogue]: (typeof CATALOGUES)[number]): string {
  const entries = Object.entries(catalogue).map(
    ([code, { en, vi, hint, exit }]) => `### ${code}\n\n- ${sentence(en)} ${hint.en}\n- ${sentence(vi)} ${hint.vi}\n- Exit code ${exit}.\n`,
  );
  return [`## ${heading}\n`, ...entries].join('\n');
}

function problems(): string {
  const rows = Object.entries(PROBLEMS).map(([code, { status, en, vi }]) => `| \`${code}\` | ${status} | ${cell(en)} | ${cell(vi)} |`);
  return [
    '## Answers of the HTTP API\n',
    'Problem details (RFC 9457) with one of these in `code`.\n',
    '| code | status | English | tiếng Việt |',
    '|---|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}

function connections(): string {
  const rows = Object.entries(CONNECTION_REFUSALS).map(([reason, { en, vi }]) => `| \`${reason}\` | ${cell(en)} | ${cell(vi)} |`);
  return [
    '## Refusals of the broker\n',
    'Counted in `labwatch_broker_refused_total` by `reason`.\n',
    '| reason | English | tiếng Việt |',
    '|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}

function messages(): string {
  const texts: Readonly<Record<string, string>> = { ...REFUSALS, ...PIPELINE_REASONS };
  const rows = REASONS.map((reason) => `| \`${reason}\` | ${cell(texts[reason] ?? 'not for this collector')} |`);
  return [
    '## Messages that were dropped or parked\n',
    'Counted by the collector by `reason`; a parked message is kept, without texts that the contract does not take, so nothing else is lost.\n',
    '| reason | what |',
    '|---|---|',
    ...rows,
    '',
  ].join('\n');
}

/** docs/errors.md. */
export function errorsPage(): string {
  const head = [
    '# Errors',
    '',
    'Every error has a stable code. Programs and commands print one line, `CODE: what happened. What to do.`, and leave with an',
    'exit code of sysexits.h: 64 usage, 65 data, 66 no input, 69 unavailable, 70 internal, 73 cannot create, 74 input or output,',
    '75 try again, 77 not permitted, 78 configuration.',
    '`LABWATCH_LANG=vi` gives the line in Vietnamese. Words in braces are filled in. This page is made by `npm run generate`.',
    '',
    '',
  ].join('\n');
  return `${head}${[...CATALOGUES.map(programErrors), problems(), connections(), messages()].join('\n')}`;
}
