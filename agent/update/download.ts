import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, open, rm, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ProxyFor } from '../net/proxy.ts';
import { fileFailure, UpdateFailure } from './failure.ts';
import { get } from './request.ts';

/** One request fetches this much: a turn at the server is renewed by each, and a line that breaks loses no more. */
const RANGE_BYTES = 1024 * 1024;
const SILENCE_MS = 30_000;
/** What an update leaves free: the machine is not ours. */
const ROOM_BYTES = 64 * 1024 * 1024;

/** Where a file can be had. */
export interface Source {
  readonly url: URL;
  readonly ca: string | undefined;
  readonly proxyFor?: ProxyFor | undefined;
  readonly headers: Readonly<Record<string, string>>;
  /** Bytes a second that are taken at most: the lesson needs the line too. */
  readonly rate: number;
  /** Longest time for one range, ms: whoever drips does not hold this machine up for ever. */
  readonly rangeMs: number;
}

export interface Parcel {
  readonly sha256: string;
  readonly size: number;
  /** Where it is put; what is there already of an earlier attempt is kept and gone on with. */
  readonly path: string;
  /** Bytes of the disk that are left to others. Default: 64 MiB. */
  readonly spare?: number;
}

/** @throws UpdateFailure disk_full when a folder's disk has not this much room and some to spare */
export async function needRoom(folder: string, bytes: number, spare = ROOM_BYTES): Promise<void> {
  const disk = await statfs(folder);
  if (disk.bavail * disk.bsize < bytes + spare) throw new UpdateFailure('disk_full', `${bytes} bytes do not fit into ${folder}`);
}

export async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) hash.update(chunk);
  return hash.digest('hex');
}

/** Appends one range. @returns how much is there now @throws UpdateFailure download when the other side does not give just that */
async function fetchRange(source: Source, file: FileHandle, from: number, size: number): Promise<number> {
  const to = Math.min(from + RANGE_BYTES, size);
  const headers = { ...source.headers, range: `bytes=${from}-${to - 1}` };
  const response = await get({ url: source.url, ca: source.ca, proxyFor: source.proxyFor, headers, silenceMs: SILENCE_MS });
  const fits = response.statusCode === 206 && response.headers['content-range'] === `bytes ${from}-${to - 1}/${size}`;
  if (!fits) {
    response.destroy();
    throw new UpdateFailure('download', `answered ${response.statusCode} ${response.headers['content-range'] ?? ''}`.trim());
  }
  let at = from;
  const late = setTimeout(() => response.destroy(new UpdateFailure('download', 'too slow')), source.rangeMs);
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      if (at + chunk.length > to) throw new UpdateFailure('download', 'more came than was asked for');
      await file.write(chunk, 0, chunk.length, at);
      at += chunk.length;
    }
  } finally {
    clearTimeout(late);
  }
  if (at < to) throw new UpdateFailure('download', 'the answer was cut off');
  return at;
}

/**
 * Fetches a file by ranges from one source, going on where an earlier attempt ended.
 * @throws UpdateFailure download (what came is kept), disk_full, corrupt (nothing is kept)
 */
export async function download(source: Source, parcel: Parcel): Promise<void> {
  const { path, size, sha256 } = parcel;
  try {
    const file = await open(path, 'a+', 0o600).then(async (made) => {
      await made.close();
      return open(path, 'r+');
    });
    try {
      let at = (await file.stat()).size;
      if (at > size) await file.truncate((at = 0));
      if (at < size) await needRoom(dirname(path), size - at, parcel.spare);
      while (at < size) {
        const began = performance.now();
        const before = at;
        at = await fetchRange(source, file, at, size);
        const pause = ((at - before) / source.rate) * 1000 - (performance.now() - began);
        if (pause > 1 && at < size) await sleep(pause);
      }
      await file.sync();
    } finally {
      await file.close();
    }
  } catch (error) {
    const failure = fileFailure(error, 'download');
    // A disk that is full now is not kept full by half a file.
    if (failure.reason === 'disk_full') await rm(path, { force: true });
    throw failure;
  }
  if ((await hashOf(path)) === sha256) return;
  await rm(path, { force: true });
  throw new UpdateFailure('corrupt', `what came from ${source.url.host} is not what was signed`);
}
