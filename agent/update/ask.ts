import { Value } from 'typebox/value';
import { UpdateAnswer, type UpdateQuery } from '../../protocol/release.ts';
import type { ProxyFor } from '../net/proxy.ts';
import { UpdateFailure } from './failure.ts';
import { get, textOf } from './request.ts';

const SILENCE_MS = 30_000;
const LONGEST_ANSWER = 64 * 1024;
const HOUR_SECONDS = 3600;
const SOONEST_SECONDS = 60;

/** The server, and who asks it. */
export interface Server {
  readonly url: URL;
  readonly ca: string | undefined;
  readonly proxyFor?: ProxyFor | undefined;
  readonly device: string;
  readonly secret: string;
}

/** The server could not be asked: that says nothing about any update. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
  /** After how many seconds to ask again. */
  readonly seconds: number;

  constructor(why: string, seconds = HOUR_SECONDS, cause?: unknown) {
    super(why, { cause });
    this.seconds = seconds;
  }
}

/** HTTP Basic (RFC 7617) with the id and secret of the device. */
export const loginOf = ({ device, secret }: Server): Record<string, string> => ({
  authorization: `Basic ${Buffer.from(`${device}:${secret}`).toString('base64')}`,
});

/**
 * Which release is for this machine: GET /api/v1/agent/update.
 * @returns undefined when there is none
 * @throws NoAnswer when the server is not reached, busy, or does not let this machine in; UpdateFailure download when it speaks nonsense
 */
export async function ask(server: Server, query: UpdateQuery): Promise<UpdateAnswer | undefined> {
  const url = new URL('/api/v1/agent/update', server.url);
  for (const [key, value] of Object.entries(query)) url.searchParams.set(key, value);
  let status: number | undefined;
  let text: string;
  try {
    const response = await get({ url, ca: server.ca, proxyFor: server.proxyFor, headers: loginOf(server), silenceMs: SILENCE_MS });
    status = response.statusCode;
    text = await textOf(response, LONGEST_ANSWER);
    const after = Number(response.headers['retry-after']);
    if (status !== 200 && status !== 204)
      throw new NoAnswer(`status ${status}`, after > 0 ? Math.max(SOONEST_SECONDS, after) : HOUR_SECONDS);
  } catch (error) {
    if (error instanceof NoAnswer) throw error;
    throw new NoAnswer((error as NodeJS.ErrnoException).code ?? (error as Error).message, HOUR_SECONDS, error);
  }
  if (status === 204) return undefined;
  const answer = parsed(text);
  if (!Value.Check(UpdateAnswer, answer)) throw new UpdateFailure('download', 'the answer of the server makes no sense');
  return answer;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
