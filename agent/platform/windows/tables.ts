import { bytesAt, native, orNothing, pointerIn, pointerSlot } from './native.ts';

const firmwareTable = native<number>(
  'kernel32.dll',
  'uint32_t __stdcall GetSystemFirmwareTable(uint32_t provider, uint32_t id, void *buffer, uint32_t size)',
);
const systemTimes = native<number>('kernel32.dll', 'int __stdcall GetSystemTimes(void *idle, void *kernel, void *user)');
const memoryStatus = native<number>('kernel32.dll', 'int __stdcall GlobalMemoryStatusEx(void *status)');
const ifTable = native<number>('iphlpapi.dll', 'uint32_t __stdcall GetIfTable2(void *table)');
const freeTable = native<void>('iphlpapi.dll', 'void __stdcall FreeMibTable(uintptr_t table)');
const idListSize = native<number>(
  'cfgmgr32.dll',
  'uint32_t __stdcall CM_Get_Device_ID_List_SizeW(void *length, str16 filter, uint32_t flags)',
);
const idList = native<number>(
  'cfgmgr32.dll',
  'uint32_t __stdcall CM_Get_Device_ID_ListW(str16 filter, void *buffer, uint32_t length, uint32_t flags)',
);

/** 'RSMB', and the bytes of RawSMBIOSData before the table. */
const RSMB = 0x5253_4d42;
const RAW_HEAD = 8;
const MOST_FIRMWARE = 256 * 1024;
/** sizeof(MIB_IF_ROW2) and what stands before the first row. */
const ROW = 1352;
const TABLE_HEAD = 8;
const MOST_ROWS = 512;
/** CM_GETIDLIST_FILTER_PRESENT and CM_GETIDLIST_FILTER_CLASS of cfgmgr32.h. */
const PRESENT_OF_CLASS = 0x0300;
const MOST_LETTERS = 256 * 1024;

/** The SMBIOS structures. */
export function smbiosTable(): Uint8Array | undefined {
  return orNothing(() => {
    const size = firmwareTable(RSMB, 0, null, 0);
    if (size <= RAW_HEAD || size > MOST_FIRMWARE) return undefined;
    const buffer = Buffer.alloc(size);
    const written = firmwareTable(RSMB, 0, buffer, size);
    if (written <= RAW_HEAD || written > size) return undefined;
    // RawSMBIOSData: how it was called, major, minor, revision, then the length of the table.
    return buffer.subarray(RAW_HEAD, Math.min(written, RAW_HEAD + buffer.readUInt32LE(4)));
  });
}

/** MIB_IF_TABLE2. */
export function interfaceTable(): Uint8Array | undefined {
  return orNothing(() => {
    const slot = pointerSlot();
    if (ifTable(slot) !== 0) return undefined;
    const table = pointerIn(slot);
    try {
      const rows = Math.min(bytesAt(table, 4).readUInt32LE(), MOST_ROWS);
      return bytesAt(table, TABLE_HEAD + rows * ROW);
    } finally {
      freeTable(table);
    }
  });
}

/** FILETIMEs idle, kernel, user. */
export function processorTimes(): Uint8Array | undefined {
  return orNothing(() => {
    const times = Buffer.alloc(24);
    return systemTimes(times.subarray(0, 8), times.subarray(8, 16), times.subarray(16, 24)) === 0 ? undefined : times;
  });
}

/** MEMORYSTATUSEX; the first member is its own size. */
export function memoryTable(): Uint8Array | undefined {
  return orNothing(() => {
    const status = Buffer.alloc(64);
    status.writeUInt32LE(64);
    return memoryStatus(status) === 0 ? undefined : status;
  });
}

/** Instance ids of the devices of a setup class that are there now: a list of texts, each ended by 0. */
export function presentDevices(setupClass: string): readonly string[] | undefined {
  return orNothing(() => {
    const length = Buffer.alloc(4);
    if (idListSize(length, setupClass, PRESENT_OF_CLASS) !== 0) return undefined;
    const letters = Math.min(length.readUInt32LE(), MOST_LETTERS);
    const buffer = Buffer.alloc(letters * 2);
    if (letters > 0 && idList(setupClass, buffer, letters, PRESENT_OF_CLASS) !== 0) return undefined;
    return buffer
      .toString('utf16le')
      .split('\0')
      .filter((id) => id !== '')
      .toSorted();
  });
}
