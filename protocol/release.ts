import { Type, type Static } from 'typebox';
import { carrying, EpochMs, OneOf } from './text.ts';
import { VERSION_PATTERN } from './version.ts';

/** What an agent's executable is built for: `process.platform` (win32 = win) and `process.arch`. */
export const RELEASE_PLATFORMS = ['linux-x64', 'linux-arm64', 'win-x64', 'win-x86'] as const;
export type ReleasePlatform = (typeof RELEASE_PLATFORMS)[number];

/** As `process.platform` and `process.arch` name it. @returns undefined when there are no releases for it */
export function releasePlatform(platform: string, arch: string): ReleasePlatform | undefined {
  const name = `${platform === 'win32' ? 'win' : platform}-${arch === 'ia32' ? 'x86' : arch}`;
  return RELEASE_PLATFORMS.find((each) => each === name);
}

const Version = (description: string) => carrying('product', VERSION_PATTERN, 64, description);
const Sha256 = (description: string) => carrying('identifier', '^[0-9a-f]{64}$', 64, description);
const Size = (description: string) => Type.Integer({ minimum: 1, maximum: 1_073_741_824, description });

/** One executable and the file it travels in. */
export const ReleaseFile = Type.Object({
  platform: OneOf(RELEASE_PLATFORMS, 'What it runs on.'),
  size: Size('Bytes of the executable.'),
  sha256: Sha256('SHA-256 of the executable.'),
  packed: Type.Object({
    size: Size('Bytes of the executable in one Zstandard frame (RFC 8878).'),
    sha256: Sha256('SHA-256 of those, and the name under which they are fetched.'),
  }),
});
export type ReleaseFile = Static<typeof ReleaseFile>;

/** PEM of an Ed25519 public key (RFC 8410), always 113 characters. */
const PublicKey = carrying('server', '^-----BEGIN PUBLIC KEY-----\\n[A-Za-z0-9+/=]{60}\\n-----END PUBLIC KEY-----\\n$', 120, 'PEM.');

/**
 * What a release is. The text is JSON with the keys in this order and no blanks (see `manifestText`); a signature is over
 * exactly these bytes, so nobody has to write the same JSON twice.
 */
export const ReleaseManifest = Type.Object(
  {
    v: Type.Literal(1),
    version: Version('What it brings.'),
    createdAt: EpochMs('When it was published.'),
    minimum: Version('The oldest version that can take this step.'),
    files: Type.Array(ReleaseFile, { minItems: 1, maxItems: 8 }),
    nextKey: Type.Optional(PublicKey),
  },
  { $id: 'ReleaseManifest' },
);
export type ReleaseManifest = Static<typeof ReleaseManifest>;

/** The bytes that are signed, as text. */
export function manifestText(manifest: ReleaseManifest): string {
  const { version, createdAt, minimum, files, nextKey } = manifest;
  const plain = files
    .toSorted((a, b) => RELEASE_PLATFORMS.indexOf(a.platform) - RELEASE_PLATFORMS.indexOf(b.platform))
    .map(({ platform, size, sha256, packed }) => ({ platform, size, sha256, packed: { size: packed.size, sha256: packed.sha256 } }));
  return JSON.stringify({ v: 1, version, createdAt, minimum, files: plain, ...(nextKey === undefined ? {} : { nextKey }) });
}

/** Ed25519 (RFC 8032), 64 bytes in base64url. */
export const SIGNATURE_PATTERN = '^[A-Za-z0-9_-]{86}$';

const BYTE = '(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';
/** RFC 1918, and loopback for several agents on one machine; a port that needs no privilege. */
export const NEAR_PATTERN = `^(10\\.${BYTE}|172\\.(1[6-9]|2\\d|3[01])|192\\.168|127\\.${BYTE})\\.${BYTE}\\.${BYTE}:([1-9]\\d{3}|[1-5]\\d{4}|6[0-4]\\d{3}|65[0-4]\\d{2}|655[0-2]\\d|6553[0-5])$`;
const Near = (description: string) => carrying('lan', NEAR_PATTERN, 21, description);

/** Why an update came to nothing; told in the event `update_failed` or `update_rolled_back`. */
export const UPDATE_REASONS = [
  'signature',
  'downgrade',
  'download',
  'corrupt',
  'disk_full',
  'preflight',
  'not_writable',
  'crash',
  'no_connection',
  'other',
] as const;
export type UpdateReason = (typeof UPDATE_REASONS)[number];

/** GET /api/v1/agent/update: what an agent says when it asks which release is for it. */
export const UpdateQuery = Type.Object({
  version: Version('What it runs.'),
  platform: OneOf(RELEASE_PLATFORMS, 'What it runs on.'),
  line: OneOf(['free', 'metered'] as const, 'Whether it may fetch from the server: over a metered line it takes from neighbours only.'),
  have: Type.Optional(Sha256('The packed file it can hand to neighbours.')),
  near: Type.Optional(Near('Where neighbours in the local network reach it for that.')),
  failed: Type.Optional(Version('A release it tried and went back from.')),
  alone: Type.Optional(OneOf(['yes'] as const, 'The neighbours it was told of did not have the file.')),
});
export type UpdateQuery = Static<typeof UpdateQuery>;

/** What the server answers when there is one; 204 when there is none. */
export const UpdateAnswer = Type.Object(
  {
    manifest: Type.String({ maxLength: 8192, description: 'The signed bytes, as text.' }),
    signatures: Type.Array(Type.String({ pattern: SIGNATURE_PATTERN }), { minItems: 1, maxItems: 4 }),
    neighbours: Type.Array(Near('A device of the same school that has the file.'), { maxItems: 8 }),
    server: Type.Boolean({ description: 'Whether the server hands the file to this device now.' }),
    wait: Type.Integer({ minimum: 1, maximum: 86_400, description: 'Seconds after which to ask again when it has the file from nowhere.' }),
  },
  { $id: 'UpdateAnswer' },
);
export type UpdateAnswer = Static<typeof UpdateAnswer>;
