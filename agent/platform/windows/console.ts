import { native } from './native.ts';

const processList = native<number>('kernel32.dll', 'uint32_t __stdcall GetConsoleProcessList(void *list, uint32_t count)');
const freeConsole = native<number>('kernel32.dll', 'int __stdcall FreeConsole()');

/**
 * Closes the console window that Windows before 11 24H2 opens for a program it starts by itself (newer ones open none: see the manifest
 * in packaging/windows/resources.ts). One that is shared with a command prompt stays: somebody wants to read there.
 * @returns whether there was one of its own
 */
export function closeOwnConsole(): boolean {
  // With room for two it answers how many there are: 1 = nobody but this process, 0 = no console.
  return processList(Buffer.alloc(8), 2) === 1 && freeConsole() !== 0;
}
