/** Bytes read and written since the counters were switched on. */
export interface DiskPerformance {
  readonly read: number;
  readonly written: number;
}

/** DISK_PERFORMANCE (winioctl.h, IOCTL_DISK_PERFORMANCE): BytesRead, BytesWritten, both signed 64 bits, then times and counts. */
export function parseDiskPerformance(bytes: Uint8Array): DiskPerformance | undefined {
  if (bytes.length < 16) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const read = Number(view.getBigInt64(0, true));
  const written = Number(view.getBigInt64(8, true));
  return Number.isSafeInteger(read) && Number.isSafeInteger(written) && read >= 0 && written >= 0 ? { read, written } : undefined;
}

/** `C:\` of `C:\Windows`, as the registry's SystemRoot says it. */
export function driveOf(systemRoot: unknown): string {
  const letter = typeof systemRoot === 'string' ? /^([A-Za-z]):\\/.exec(systemRoot)?.[1] : undefined;
  return `${(letter ?? 'C').toUpperCase()}:\\`;
}
