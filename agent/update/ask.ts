import { Value } from 'typebox/value';
import { UpdateAnswer, type UpdateQuery } from '../../protocol/release.ts';
import { UpdateFailure } from './failure.ts';
import { get, textOf } from './request.ts';

const SILENCE_MS = 30_000;
const LONGEST_ANSWER = 64 * 1024;

/** The server, and who asks it. */
export interface Server {
  readonly url: URL;
  readonly ca: string | undefined;
  readonly device: string;
  readonly secret: string;
}

/** HTTP Basic (RFC 7617) with the id and secret of the device. */
export const loginOf = ({ device, secret }: Server): Record<string, string> => ({
  authorization: `Basic ${Buffer.from(`${device}:${secret}`).toString('base64')}`,
});

/**
 * Which release is for this machine: GET /api/v1/agent/update.
 * @returns undefined when there is none @throws UpdateFailure download
 */
export async function ask(server: Server, query: UpdateQuery): Promise<UpdateAnswer | undefined> {
  const url = new URL('/api/v1/agent/update', server.url);
  for (const [key, value] of Object.entries(query)) url.searchParams.set(key, value);
  try {
    const response = await get({ url, ca: server.ca, headers: loginOf(server), silenceMs: SILENCE_MS });
    const text = await textOf(response, LONGEST_ANSWER);
    if (response.statusCode === 204) return undefined;
    if (response.statusCode !== 200) throw new UpdateFailure('download', `the server answers ${response.statusCode}`);
    const answer: unknown = JSON.parse(text);
    if (!Value.Check(UpdateAnswer, answer)) throw new UpdateFailure('download', 'the answer of the server makes no sense');
    return answer;
  } catch (error) {
    if (error instanceof UpdateFailure) throw error;
    throw new UpdateFailure('download', (error as NodeJS.ErrnoException).code ?? (error as Error).message, error);
  }
}
