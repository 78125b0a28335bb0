import { idleSecondsOf } from './helper-word.ts';
import { native } from './native.ts';

const lastInputInfo = native<number>('user32.dll', 'int __stdcall GetLastInputInfo(void *info)');
const tickCount = native<number>('kernel32.dll', 'uint32_t __stdcall GetTickCount()');
const emptyWorkingSet = native<number>('kernel32.dll', 'int __stdcall K32EmptyWorkingSet(intptr_t process)');

/** GetCurrentProcess(). */
const THIS_PROCESS = -1;

/**
 * Seconds since somebody touched keyboard, mouse or touch screen in the session of this process.
 * @returns undefined when the session does not tell (no desktop)
 * @throws Error not on Windows
 */
export function idleSeconds(): number | undefined {
  // LASTINPUTINFO: its own size, then the tick of the last input.
  const info = Buffer.alloc(8);
  info.writeUInt32LE(8);
  if (lastInputInfo(info) === 0) return undefined;
  return idleSecondsOf(tickCount(), info.readUInt32LE(4));
}

/** Gives memory that is not needed now back to the machine; it comes back page by page when it is. @returns whether Windows did */
export function giveMemoryBack(): boolean {
  return emptyWorkingSet(THIS_PROCESS) !== 0;
}
