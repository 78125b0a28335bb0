import { createHash, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { createSecureContext } from 'node:tls';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { commonSettings } from '../../runtime/common-settings.ts';
import { loadSettings } from '../../runtime/settings.ts';
import { VERSION } from '../../runtime/version.ts';
import { readCredentials } from '../identity/credentials.ts';
import { agentSettings } from '../settings.ts';
import type { PreflightWord } from './preflight.ts';

/** Everything an agent needs before it can tell anybody anything. Each throws when it does not work here. */
function checks(argv: readonly string[]): void {
  const { values } = loadSettings({ ...agentSettings, ...commonSettings }, { argv, env: process.env, sections: ['labwatch', 'agent'] });
  const credentials = readCredentials(join(values.home, 'agent', 'credentials.json'));
  createSecureContext(credentials?.broker.ca === undefined ? {} : { ca: credentials.broker.ca });
  const database = new DatabaseSync(':memory:');
  database.exec('create table t (a blob); insert into t values (randomblob(100))');
  database.close();
  const sample = randomBytes(1000);
  if (!zstdDecompressSync(zstdCompressSync(sample)).equals(sample)) throw new Error('zstd');
  createHash('sha256').update(sample).digest();
}

/** `labwatch agent preflight`: the agent that is to be replaced asks the new executable whether it works on this machine. */
export async function preflightWord(argv: readonly string[]): Promise<number> {
  let word: PreflightWord;
  try {
    checks(argv);
    word = { version: VERSION, ok: true };
  } catch (error) {
    word = { version: VERSION, ok: false, why: (error as Error).message.split('\n')[0]!.slice(0, 200) };
  }
  process.stdout.write(`${JSON.stringify(word)}\n`);
  return word.ok ? 0 : 70;
}
