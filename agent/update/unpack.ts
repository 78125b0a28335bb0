import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createZstdDecompress } from 'node:zlib';
import type { ReleaseFile } from '../../protocol/release.ts';
import { needRoom } from './download.ts';
import { fileFailure, UpdateFailure } from './failure.ts';

/**
 * Unpacks an executable and proves that it is the one that was signed; never more than its size, whatever the frame says.
 * @throws UpdateFailure disk_full, not_writable, corrupt; nothing is left behind then
 */
export async function unpack(packed: string, file: ReleaseFile, into: string): Promise<void> {
  const hash = createHash('sha256');
  let size = 0;
  try {
    await needRoom(dirname(into), file.size);
    await rm(into, { force: true });
    await pipeline(
      createReadStream(packed),
      createZstdDecompress(),
      async function* bounded(chunks: AsyncIterable<Buffer>) {
        for await (const chunk of chunks) {
          size += chunk.length;
          if (size > file.size) throw new UpdateFailure('corrupt', 'it unpacks to more than was signed');
          hash.update(chunk);
          yield chunk;
        }
      },
      createWriteStream(into, { mode: 0o755 }),
    );
    if (size !== file.size || hash.digest('hex') !== file.sha256) throw new UpdateFailure('corrupt', 'it unpacks to something else');
    // Whatever the mask of this process: everybody may run it, as the one before.
    const done = await open(into, 'r+');
    await done.chmod(0o755);
    await done.sync();
    await done.close();
  } catch (error) {
    await rm(into, { force: true }).catch(() => undefined);
    throw fileFailure(error, 'corrupt');
  }
}
