import type { UpdateAnswer } from '../../protocol/release.ts';
import { loginOf, type Server } from './ask.ts';
import { download, type Parcel, type Source } from './download.ts';
import { UpdateFailure } from './failure.ts';
import { peerPath } from './peer-server.ts';

/** Bytes a second this machine takes at most. */
export interface Rates {
  readonly server: number;
  readonly neighbour: number;
}

/** A school's line belongs to its lessons; the network in the room bears more. */
export const SLOWLY: Rates = { server: 512 * 1024, neighbour: 4 * 1024 * 1024 };

/** 1 MiB: 3.5 kB/s over the worst line of a school, 35 kB/s in a room. */
const RANGE_MS = { server: 300_000, neighbour: 30_000 } as const;

/** `busy`: a neighbour has it and is to be asked again soon. `nobody`: no neighbour gave it, and it is not this machine's turn at the server. */
export type Fetched = 'got' | 'busy' | 'nobody';

const neighbour = (near: string, sha256: string, rate: number): Source => ({
  url: new URL(`http://${near}${peerPath(sha256)}`),
  ca: undefined,
  headers: {},
  rate,
  rangeMs: RANGE_MS.neighbour,
});

/**
 * Fetches a file from the neighbours in turn, then from the server if it is this machine's turn there. A neighbour that gives
 * something else than what was signed is passed over.
 * @throws UpdateFailure what went wrong at the server, or here (a full disk)
 */
export async function fetchParcel(server: Server, parcel: Parcel, way: UpdateAnswer, rates: Rates): Promise<Fetched> {
  let busy = false;
  for (const near of way.neighbours) {
    try {
      await download(neighbour(near, parcel.sha256, rates.neighbour), parcel);
      return 'got';
    } catch (error) {
      if (!(error instanceof UpdateFailure) || !['download', 'corrupt'].includes(error.reason)) throw error;
      busy ||= error.message.includes('503');
    }
  }
  if (busy) return 'busy';
  if (!way.server) return 'nobody';
  const url = new URL(`/api/v1/agent/files/${parcel.sha256}`, server.url);
  const source = { url, ca: server.ca, proxyFor: server.proxyFor, headers: loginOf(server), rate: rates.server, rangeMs: RANGE_MS.server };
  try {
    await download(source, parcel);
  } catch (error) {
    // Half of it may have come from a neighbour that lied: once more from the beginning, all from the server.
    if (!(error instanceof UpdateFailure) || error.reason !== 'corrupt') throw error;
    await download(source, parcel);
  }
  return 'got';
}
