import { createHash } from 'node:crypto';
import {
  createReadStream,
  createWriteStream,
  existsSync,
  fsyncSync,
  openSync,
  closeSync,
  readdirSync,
  renameSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import { Transform, type TransformCallback } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { constants, createZstdCompress } from 'node:zlib';
import { RELEASE_PLATFORMS, type ReleaseFile, type ReleasePlatform } from '../../protocol/release.ts';
import { removePrivate } from '../../runtime/private-file.ts';
import { provisioningFail } from '../errors.ts';

/** About a third smaller than gzip makes them, and packed once for thousands of slow school lines. */
const LEVEL = 19;

/**
 * The executables in a folder: files whose name ends in a platform, as in `labwatch-agent-0.2.0-linux-x64` and
 * `labwatch-agent-win-x64.exe`; archives, packages and checksums beside them are left alone, and so is what names another version.
 * @throws LabwatchError RELEASE_NO_FILES, RELEASE_FILE when there are two for one platform
 */
export function findExecutables(folder: string, version: string): Map<ReleasePlatform, string> {
  let names: string[];
  try {
    names = readdirSync(folder).toSorted();
  } catch (error) {
    throw provisioningFail('RELEASE_FILE', { path: folder, why: (error as NodeJS.ErrnoException).code ?? 'unreadable' }, error);
  }
  const found = new Map<ReleasePlatform, string>();
  for (const name of names) {
    const platform = RELEASE_PLATFORMS.find((each) => new RegExp(`(^|[-_.])${each}(\\.exe)?$`).test(name));
    const other = /-\d+\.\d+\.\d+/.test(name) && !name.includes(`-${version}-`);
    if (platform === undefined || other || !statSync(join(folder, name)).isFile()) continue;
    if (found.has(platform)) throw provisioningFail('RELEASE_FILE', { path: join(folder, name), why: `a second one for ${platform}` });
    found.set(platform, join(folder, name));
  }
  if (found.size === 0) throw provisioningFail('RELEASE_NO_FILES', { path: folder, allowed: RELEASE_PLATFORMS.join(', ') });
  return found;
}

/** Counts and hashes what goes through. */
class Measure extends Transform {
  size = 0;
  readonly #hash = createHash('sha256');

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.size += chunk.length;
    this.#hash.update(chunk);
    done(null, chunk);
  }

  sha256(): string {
    return this.#hash.digest('hex');
  }
}

/**
 * Packs an executable into the store, under the hash of what it became.
 * @throws LabwatchError RELEASE_FILE
 */
export async function packInto(store: string, platform: ReleasePlatform, path: string): Promise<ReleaseFile> {
  const beside = join(store, `.${platform}.${process.pid}.new`);
  const [plain, packed] = [new Measure(), new Measure()];
  try {
    const squeeze = createZstdCompress({ params: { [constants.ZSTD_c_compressionLevel]: LEVEL, [constants.ZSTD_c_checksumFlag]: 1 } });
    await pipeline(createReadStream(path), plain, squeeze, packed, createWriteStream(beside, { mode: 0o644 }));
    const file = openSync(beside, 'r+');
    fsyncSync(file);
    closeSync(file);
    const sha256 = packed.sha256();
    const place = join(store, sha256);
    if (existsSync(place)) removePrivate(beside);
    else renameSync(beside, place);
    return { platform, size: plain.size, sha256: plain.sha256(), packed: { size: packed.size, sha256 } };
  } catch (error) {
    removePrivate(beside);
    throw provisioningFail('RELEASE_FILE', { path, why: (error as NodeJS.ErrnoException).code ?? (error as Error).message }, error);
  }
}
