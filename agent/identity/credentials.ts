import { chmodSync } from 'node:fs';
import { Type, type Static } from 'typebox';
import { Value } from 'typebox/value';
import { readPrivate, writePrivate } from '../../runtime/private-file.ts';
import { agentFail } from '../errors.ts';

/** What enrolment gave this machine; `$home/agent/credentials.json`, readable by this user alone. */
export const Credentials = Type.Object({
  device: Type.String({ pattern: '^[a-z0-9]{26}$' }),
  secret: Type.String({ minLength: 20, maxLength: 200 }),
  broker: Type.Object({
    url: Type.String({ pattern: '^(mqtts?|wss?)://[^\\s]{1,200}$' }),
    ca: Type.Optional(Type.String({ maxLength: 20_000 })),
  }),
});
export type Credentials = Static<typeof Credentials>;

/** @returns undefined when this machine was not enrolled. @throws LabwatchError AGENT_CREDENTIALS_BROKEN */
export function readCredentials(path: string): Credentials | undefined {
  let text: string | undefined;
  let value: unknown;
  try {
    text = readPrivate(path);
    if (text === undefined) return undefined;
    value = JSON.parse(text);
  } catch (error) {
    const why = error instanceof SyntaxError ? 'it is not JSON' : ((error as NodeJS.ErrnoException).code ?? (error as Error).message);
    throw agentFail('AGENT_CREDENTIALS_BROKEN', { path, why }, error);
  }
  if (!Value.Check(Credentials, value)) throw agentFail('AGENT_CREDENTIALS_BROKEN', { path, why: 'something is missing in it' });
  // Somebody may have copied it with other rights.
  chmodSync(path, 0o600);
  return value;
}

export function writeCredentials(path: string, credentials: Credentials): void {
  writePrivate(path, `${JSON.stringify(Value.Clean(Credentials, structuredClone(credentials)), null, 2)}\n`);
}
