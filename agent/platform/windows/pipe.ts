import { native, pointerIn, pointerSlot } from './native.ts';

/** The pipe between the helpers and the agent: both ends, as bytes and handles. */

export const HELPER_PIPE = '\\\\.\\pipe\\labwatch-idle';

/**
 * Who may open the pipe, in the order in which it is asked (MS-DTYP 2.5.1): nobody who comes over the network; the system and
 * the administrators everything; who sits at a session of this machine (interactive, remote desktop included) may write messages
 * and nothing else. FILE_WRITE_DATA 0x2, FILE_READ_ATTRIBUTES 0x80, SYNCHRONIZE 0x100000; without 0x4 (in GENERIC_WRITE) nobody
 * can put a pipe of their own behind the same name.
 */
export const HELPER_ACCESS = 'D:P(D;;GA;;;NU)(A;;GA;;;SY)(A;;GA;;;BA)(A;;0x100082;;;IU)';
const WRITE_ONLY = 0x10_0082;

const toDescriptor = native<number>(
  'advapi32.dll',
  'int __stdcall ConvertStringSecurityDescriptorToSecurityDescriptorW(str16 text, uint32_t revision, void *descriptor, void *size)',
);
const localFree = native<number | bigint>('kernel32.dll', 'uintptr_t __stdcall LocalFree(uintptr_t memory)');
const createPipe = native<number | bigint>(
  'kernel32.dll',
  'intptr_t __stdcall CreateNamedPipeW(str16 name, uint32_t open, uint32_t mode, uint32_t most, uint32_t out, uint32_t in, uint32_t timeout, void *security)',
);
const createFile = native<number | bigint>(
  'kernel32.dll',
  'intptr_t __stdcall CreateFileW(str16 name, uint32_t access, uint32_t share, void *security, uint32_t how, uint32_t flags, uintptr_t template)',
);
const closeHandle = native<number>('kernel32.dll', 'int __stdcall CloseHandle(intptr_t handle)');
const peekPipe = native<number>(
  'kernel32.dll',
  'int __stdcall PeekNamedPipe(intptr_t pipe, void *buffer, uint32_t size, void *read, void *available, void *left)',
);
const readFile = native<number>(
  'kernel32.dll',
  'int __stdcall ReadFile(intptr_t file, void *buffer, uint32_t size, void *read, void *overlapped)',
);
const writeFile = native<number>(
  'kernel32.dll',
  'int __stdcall WriteFile(intptr_t file, void *buffer, uint32_t size, void *written, void *overlapped)',
);
const clientSession = native<number>('kernel32.dll', 'int __stdcall GetNamedPipeClientSessionId(intptr_t pipe, void *session)');
const lastError = native<number>('kernel32.dll', 'uint32_t __stdcall GetLastError()');

export type Handle = number | bigint;
const isInvalid = (handle: Handle): boolean => Number(handle) === -1;

/** PIPE_ACCESS_INBOUND, FILE_FLAG_FIRST_PIPE_INSTANCE. */
const INBOUND = 0x1;
const FIRST = 0x8_0000;
/** PIPE_TYPE_MESSAGE, PIPE_READMODE_MESSAGE, PIPE_REJECT_REMOTE_CLIENTS; calls that would wait are never made. */
const MODE = 0x4 | 0x2 | 0x8;
const BUFFER = 1024;
const ERROR_BAD_PIPE = 230;
const OPEN_EXISTING = 3;
/** SECURITY_SQOS_PRESENT | SECURITY_ANONYMOUS: who holds the other end may not act in the name of this user. */
const ANONYMOUS = 0x10_0000;

/**
 * One end that a helper can write to. It listens from the moment it is made (ConnectNamedPipe tells of a client that came
 * before), so nothing has to wait for a client.
 * @param first refuse when there is any pipe of this name, made by whomever
 * @returns undefined when the name is taken or may not be used
 */
export function listenOnPipe(name: string, first: boolean, most: number): Handle | undefined {
  const slot = pointerSlot();
  if (toDescriptor(HELPER_ACCESS, 1, slot, null) === 0) return undefined;
  try {
    // SECURITY_ATTRIBUTES: length, padding, descriptor, not inherited, padding.
    const security = Buffer.alloc(24);
    security.writeUInt32LE(24);
    slot.copy(security, 8);
    const pipe = createPipe(name, INBOUND | (first ? FIRST : 0), MODE, most, 0, BUFFER, 0, security);
    return isInvalid(pipe) ? undefined : pipe;
  } finally {
    localFree(pointerIn(slot));
  }
}

/** How an end is, without waiting: `waiting` for somebody, with `bytes` to read (0: connected and silent), or `gone`. */
export function peek(pipe: Handle): { readonly state: 'waiting' | 'connected' | 'gone'; readonly bytes: number } {
  const available = Buffer.alloc(4);
  if (peekPipe(pipe, null, 0, null, available, null) !== 0) return { state: 'connected', bytes: available.readUInt32LE() };
  return { state: lastError() === ERROR_BAD_PIPE ? 'waiting' : 'gone', bytes: 0 };
}

/** Takes one message; only after `peek` told of bytes. @returns undefined when it was longer than `most` or the pipe broke */
export function takeMessage(pipe: Handle, most: number): Uint8Array | undefined {
  const buffer = Buffer.alloc(most);
  const read = Buffer.alloc(4);
  // The rest of a message that is too long comes with the next call, and is no message either.
  return readFile(pipe, buffer, most, read, null) === 0 ? undefined : buffer.subarray(0, read.readUInt32LE());
}

/** Session of the process at the other end, from the system. */
export function sessionOf(pipe: Handle): number | undefined {
  const session = Buffer.alloc(4);
  return clientSession(pipe, session) === 0 ? undefined : session.readUInt32LE();
}

/** The helper's end. @returns undefined when no agent listens */
export function openPipe(name: string): Handle | undefined {
  const pipe = createFile(name, WRITE_ONLY, 0, null, OPEN_EXISTING, ANONYMOUS, 0);
  return isInvalid(pipe) ? undefined : pipe;
}

/** @returns false when the agent is gone */
export function sendMessage(pipe: Handle, text: string): boolean {
  const bytes = Buffer.from(text, 'latin1');
  return writeFile(pipe, bytes, bytes.length, Buffer.alloc(4), null) !== 0;
}

export function closePipe(pipe: Handle): void {
  closeHandle(pipe);
}
