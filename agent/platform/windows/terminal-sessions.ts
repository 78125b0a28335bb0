import { bytesAt, native, orNothing, pointerIn, pointerSlot } from './native.ts';
import { blotNames, SESSION_BYTES } from './session-info.ts';

const enumerate = native<number>(
  'wtsapi32.dll',
  'int __stdcall WTSEnumerateSessionsW(uintptr_t server, uint32_t reserved, uint32_t version, void *sessions, void *count)',
);
const query = native<number>(
  'wtsapi32.dll',
  'int __stdcall WTSQuerySessionInformationW(uintptr_t server, uint32_t session, int what, void *answer, void *size)',
);
const free = native<void>('wtsapi32.dll', 'void __stdcall WTSFreeMemory(uintptr_t memory)');

/** sizeof(WTS_SESSION_INFOW) on 64 bits: id, padding, pointer to the name, state, padding. */
const ENTRY = 24;
const MOST = 256;
/** WTSSessionInfoEx of WTS_INFO_CLASS. */
const SESSION_INFO_EX = 25;

/** WTSINFOEXW of one session, with the names of its user blotted out. */
function sessionInfo(id: number): Buffer | undefined {
  const [slot, size] = [pointerSlot(), Buffer.alloc(4)];
  if (query(0, id, SESSION_INFO_EX, slot, size) === 0) return undefined;
  try {
    return size.readUInt32LE() < SESSION_BYTES ? undefined : blotNames(bytesAt(pointerIn(slot), SESSION_BYTES));
  } finally {
    free(pointerIn(slot));
  }
}

/** Every session of this machine. @returns undefined when they cannot be told */
export function terminalSessions(): readonly Uint8Array[] | undefined {
  return orNothing(() => {
    const [slot, count] = [pointerSlot(), Buffer.alloc(4)];
    if (enumerate(0, 0, 1, slot, count) === 0) return undefined;
    try {
      const entries = Math.min(count.readUInt32LE(), MOST);
      const list = bytesAt(pointerIn(slot), entries * ENTRY);
      const infos = Array.from({ length: entries }, (_, i) => sessionInfo(list.readUInt32LE(i * ENTRY)));
      const known = infos.filter((info) => info !== undefined);
      return known.length === 0 ? undefined : known;
    } finally {
      free(pointerIn(slot));
    }
  });
}
