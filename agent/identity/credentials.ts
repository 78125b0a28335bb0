import { chmodSync } from 'node:fs';
import { Type, type Static } from 'typebox';
import { Value } from 'typebox/value';
import { readPrivate, writePrivate } from '../../runtime/private-file.ts';
import { agentFail } from '../errors.ts';

const Address = Type.String({ pattern: '^(mqtts?|wss?)://[^\\s]{1,200}$' });
const Id = Type.String({ pattern: '^[a-z0-9]{26}$' });
const Authority = Type.Optional(Type.String({ maxLength: 20_000 }));
const Part = Type.String({ maxLength: 64 });

/** What the server answers to an enrolment. */
const GIVEN = {
  device: Id,
  secret: Type.String({ minLength: 20, maxLength: 200 }),
  /** `urls`: all addresses, best first, when there are several. */
  broker: Type.Object({ url: Address, urls: Type.Optional(Type.Array(Address, { maxItems: 8 })), ca: Authority }),
  /** Told to a machine whose hardware cannot tell it from another. */
  twin: Type.Optional(Id),
};
export const Given = Type.Object(GIVEN);
export type Given = Static<typeof Given>;

/** What enrolment gave this machine, for which hardware, and who to ask again; `$home/agent/credentials.json`, readable by this user alone. */
export const Credentials = Type.Object({
  ...GIVEN,
  hardware: Type.Optional(
    Type.Object({
      uuid: Type.Optional(Part),
      board: Type.Optional(Part),
      macs: Type.Array(Part, { maxItems: 32 }),
      disks: Type.Array(Part, { maxItems: 32 }),
    }),
  ),
  server: Type.Optional(Type.Object({ url: Type.String({ pattern: '^https?://[^\\s@]{1,200}$' }), ca: Authority })),
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
  try {
    // Somebody may have copied it with other rights.
    chmodSync(path, 0o600);
  } catch (error) {
    // On a read-only disk they stay what they are.
    if ((error as NodeJS.ErrnoException).code !== 'EROFS') throw error;
  }
  return value;
}

export function writeCredentials(path: string, credentials: Credentials): void {
  writePrivate(path, `${JSON.stringify(Value.Clean(Credentials, structuredClone(credentials)), null, 2)}\n`);
}
