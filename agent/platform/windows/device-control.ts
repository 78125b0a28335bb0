import { native, orNothing } from './native.ts';

const createFile = native<number | bigint>(
  'kernel32.dll',
  'intptr_t __stdcall CreateFileW(str16 name, uint32_t access, uint32_t share, void *security, uint32_t how, uint32_t flags, uintptr_t template)',
);
const closeHandle = native<number>('kernel32.dll', 'int __stdcall CloseHandle(intptr_t handle)');
const ioControl = native<number>(
  'kernel32.dll',
  'int __stdcall DeviceIoControl(intptr_t device, uint32_t code, void *input, uint32_t inputSize, void *output, uint32_t outputSize, void *written, void *overlapped)',
);

const INVALID_HANDLE = -1;
/** FILE_SHARE_READ and FILE_SHARE_WRITE: the disk is in use all the time. */
const SHARED = 3;
const OPEN_EXISTING = 3;
const MOST_ANSWER = 64 * 1024;

/** Only devices of disks: nothing else is asked, and a wrong name must not reach another kind of object. */
const DEVICE = /^\\\\\.\\(?:PhysicalDrive\d{1,3}|[A-Za-z]:)$/;

/** Asks a disk's driver. Opened with access 0, which neither reads nor writes. */
export function deviceControl(device: string, code: number, input: Uint8Array, length: number): Uint8Array | undefined {
  return orNothing(() => {
    if (!DEVICE.test(device) || length > MOST_ANSWER) return undefined;
    const handle = createFile(device, 0, SHARED, null, OPEN_EXISTING, 0, 0);
    if (Number(handle) === INVALID_HANDLE) return undefined;
    try {
      const answer = Buffer.alloc(length);
      const written = Buffer.alloc(4);
      const question = input.length === 0 ? null : Buffer.from(input);
      if (ioControl(handle, code, question, input.length, answer, length, written, null) === 0) return undefined;
      return answer.subarray(0, Math.min(written.readUInt32LE(), length));
    } finally {
      closeHandle(handle);
    }
  });
}
