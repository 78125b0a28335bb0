import type { UpdateReason } from '../../protocol/release.ts';

/** An update that comes to nothing, with the code the server is told. */
export class UpdateFailure extends Error {
  override readonly name = 'UpdateFailure';
  readonly reason: UpdateReason;

  /** @param why for the log of this machine; never sent */
  constructor(reason: UpdateReason, why: string, cause?: unknown) {
    super(why, { cause });
    this.reason = reason;
  }
}

/** Codes of the system for a disk or a quota that is used up. */
const FULL = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);
const FORBIDDEN = new Set(['EACCES', 'EPERM', 'EROFS']);

/** What an error of the file system means for an update; anything else as `otherwise`. */
export function fileFailure(error: unknown, otherwise: UpdateReason): UpdateFailure {
  if (error instanceof UpdateFailure) return error;
  const { code = '', message } = error as NodeJS.ErrnoException;
  const reason = FULL.has(code) ? 'disk_full' : FORBIDDEN.has(code) ? 'not_writable' : otherwise;
  return new UpdateFailure(reason, code === '' ? message : code, error);
}
