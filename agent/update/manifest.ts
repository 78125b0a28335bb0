import { type KeyObject, verify } from 'node:crypto';
import { Value } from 'typebox/value';
import { type ReleaseFile, ReleaseManifest, type ReleasePlatform } from '../../protocol/release.ts';
import { compareVersions } from '../../protocol/version.ts';
import { UpdateFailure } from './failure.ts';

/**
 * Reads a manifest of which one signature is by one of the keys. Nothing of it is looked at before.
 * @throws UpdateFailure signature
 */
export function verifiedManifest(text: string, signatures: readonly string[], keys: readonly KeyObject[]): ReleaseManifest {
  const bytes = Buffer.from(text, 'utf8');
  const known = signatures.some((signature) => keys.some((key) => verify(null, bytes, key, Buffer.from(signature, 'base64url'))));
  if (!known) throw new UpdateFailure('signature', 'no key of this machine has signed the release');
  let manifest: unknown;
  try {
    manifest = JSON.parse(text);
  } catch (error) {
    throw new UpdateFailure('signature', 'the signed manifest is not JSON', error);
  }
  if (!Value.Check(ReleaseManifest, manifest))
    throw new UpdateFailure('signature', 'the signed manifest is of a kind this agent does not know');
  return manifest;
}

/**
 * The file for this machine, if the release is a step up from what runs.
 * @throws UpdateFailure downgrade, other
 */
export function fileFor(manifest: ReleaseManifest, version: string, platform: ReleasePlatform): ReleaseFile {
  if (compareVersions(manifest.version, version) <= 0)
    throw new UpdateFailure('downgrade', `the server offers ${manifest.version}; this is ${version} and only goes up`);
  if (compareVersions(version, manifest.minimum) < 0)
    throw new UpdateFailure('other', `${manifest.version} cannot be reached from ${version} in one step`);
  const file = manifest.files.find((each) => each.platform === platform);
  if (file === undefined) throw new UpdateFailure('other', `${manifest.version} is not built for ${platform}`);
  return file;
}
