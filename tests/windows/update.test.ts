import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { AgentStatus } from '../../agent/core/status-file.ts';
import { VERSION } from '../../runtime/version.ts';
import { agentExecutable } from '../tools/executable.ts';
import { labwatch, tempFolder, until } from '../tools/programs.ts';
import { School } from '../tools/school.ts';
import { Wine, type WineProgram } from './wine.ts';

const NEXT = '99.0.0';
const work = tempFolder('windows-update');
const at = (...parts: string[]): string => join(work.path, ...parts);
let wine: Wine;
let school: School;
let program: WineProgram | undefined;

beforeAll(async () => {
  school = await School.open();
  for (const folder of ['home', 'opt', 'dist']) mkdirSync(at(folder));
  copyFileSync(school.ca, at('ca.crt'));
  writeFileSync(at('token'), school.token);
  copyFileSync(await agentExecutable('win-x64'), at('opt', 'labwatch-agent.exe'));
  copyFileSync(await agentExecutable('win-x64', NEXT), at('dist', `labwatch-agent-${NEXT}-win-x64.exe`));
  wine = await Wine.open(work.path);
}, 600_000);
afterAll(async () => {
  await program?.kill();
  await wine?.close();
  await school?.close();
  work.remove();
});

async function release(...words: string[]): Promise<void> {
  const command = labwatch(['release', ...words], { LABWATCH_HOME: dirname(dirname(school.ca)) });
  if ((await command.ended()) !== 0) throw new Error(command.stderr);
}
const start = (): WineProgram =>
  wine.start([wine.path('opt', 'labwatch-agent.exe'), 'service'], {
    LABWATCH_HOME: wine.path('home'),
    LABWATCH_SERVER: school.server,
    LABWATCH_CA: wine.path('ca.crt'),
    LABWATCH_TOKEN_FILE: wine.path('token'),
    LABWATCH_UPDATE_AFTER: '0',
    LABWATCH_LOG_LEVEL: 'debug',
  });
const status = (): AgentStatus | undefined => {
  try {
    return JSON.parse(readFileSync(at('home/agent/status.json'), 'utf8')) as AgentStatus;
  } catch {
    return undefined;
  }
};

test('the Windows executable puts the next version in its own place while it runs, and that one proves itself', async () => {
  await release('keygen', '--out', at('release-key.pem'));
  copyFileSync(at('release-key.pem.pub'), at('opt', 'release-key.pem'));
  await release('publish', '--key', at('release-key.pem'), '--dir', at('dist'), '--version', NEXT);
  await release('ring', NEXT, '--percent', '100');
  await new Promise((resolve) => setTimeout(resolve, 6000));
  program = start();
  const code = await program.ended(480_000);
  const log = (): string => readFileSync(at('home/agent/agent.log'), 'utf8').slice(-3000);
  expect([code, log()]).toEqual([75, log()]);
  expect(existsSync(at('opt', 'labwatch-agent.old.exe'))).toBe(true);
  expect(existsSync(at('opt', 'labwatch-agent.trial'))).toBe(true);
  // What the service manager does.
  program = start();
  await until(`it proves itself: ${log()}`, () => !existsSync(at('opt', 'labwatch-agent.trial')), 240_000);
  expect(status()?.version).toBe(NEXT);
  expect(VERSION).not.toBe(NEXT);
}, 1_200_000);
