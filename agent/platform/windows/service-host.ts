import { native, nativeCallback } from './native.ts';

/** What the service manager tells a service, as far as the agent wants to know. */
export type ServiceControl = 'stop' | 'shutdown' | 'suspend' | 'resume';

type Address = number | bigint;
const moduleHandle = native<Address>('kernel32.dll', 'uintptr_t __stdcall GetModuleHandleW(str16 name)');
const procedure = native<Address>('kernel32.dll', 'uintptr_t __stdcall GetProcAddress(uintptr_t module, str name)');
const createThread = native<Address>(
  'kernel32.dll',
  'uintptr_t __stdcall CreateThread(void *security, size_t stack, uintptr_t start, uintptr_t parameter, uint32_t flags, void *id)',
);
const exitCodeOfThread = native<number>('kernel32.dll', 'int __stdcall GetExitCodeThread(uintptr_t thread, void *code)');
const allocate = native<Address>('kernel32.dll', 'uintptr_t __stdcall LocalAlloc(uint32_t flags, size_t length)');
const fillMemory = native<void>('kernel32.dll', 'void __stdcall RtlMoveMemory(uintptr_t to, void *from, size_t length)');
// Any call at all brings advapi32 in, whose other function below is only ever named.
const registerHandler = native<Address>(
  'advapi32.dll',
  'uintptr_t __stdcall RegisterServiceCtrlHandlerExW(str16 name, uintptr_t handler, uintptr_t context)',
);
const setStatus = native<number>('advapi32.dll', 'int __stdcall SetServiceStatus(uintptr_t handle, void *status)');
const openManager = native<Address>('advapi32.dll', 'uintptr_t __stdcall OpenSCManagerW(str16 machine, str16 database, uint32_t access)');
const closeHandle = native<number>('advapi32.dll', 'int __stdcall CloseServiceHandle(uintptr_t handle)');

/** dwCurrentState (winsvc.h). */
const STATE = { stopped: 1, startPending: 2, stopPending: 3, running: 4 } as const;
const OWN_PROCESS = 0x10;
/** SERVICE_ACCEPT_STOP, _SHUTDOWN, _POWEREVENT, _PRESHUTDOWN. */
const ACCEPTED = 0x1 | 0x4 | 0x40 | 0x100;
/** dwControl. */
const CONTROL = { stop: 1, interrogate: 4, shutdown: 5, power: 13, preshutdown: 15 } as const;
/** dwEventType of a power event: PBT_APMSUSPEND, PBT_APMRESUMESUSPEND, PBT_APMRESUMEAUTOMATIC. */
const POWER: Readonly<Record<number, ServiceControl>> = { 4: 'suspend', 7: 'resume', 18: 'resume' };
const NOT_IMPLEMENTED = 120;
const STILL_ACTIVE = 259;
/** What the manager is told to wait while the agent says goodbye. */
const GOODBYE_MS = 20_000;
const LOOK_MS = 100;

/** What a control means; undefined when it means nothing here. Pure. */
export function controlOf(control: number, event: number): ServiceControl | undefined {
  if (control === CONTROL.stop) return 'stop';
  if (control === CONTROL.shutdown || control === CONTROL.preshutdown) return 'shutdown';
  return control === CONTROL.power ? POWER[event] : undefined;
}

/** SERVICE_STATUS. Pure. */
export function statusBytes(state: keyof typeof STATE, waitMs = 0): Buffer {
  const accepted = state === 'running' ? ACCEPTED : 0;
  const status = Buffer.alloc(28);
  [OWN_PROCESS, STATE[state], accepted, 0, 0, waitMs > 0 ? 1 : 0, waitMs].forEach((value, i) => status.writeUInt32LE(value, i * 4));
  return status;
}

/** Memory that stays where it is for ever: the manager reads the table of services as long as the process lives. */
function permanent(bytes: Uint8Array): bigint {
  const at = BigInt(allocate(0, bytes.length));
  if (at === 0n) throw new Error('no memory');
  fillMemory(at, Buffer.from(bytes), bytes.length);
  return at;
}

/** A process that the service manager started. */
export interface ServiceHost {
  /** Tells the manager that the service has ended; it ends the process if that does not end itself. */
  stopped(): void;
}

/**
 * Makes this process the service of that name. The dispatcher (StartServiceCtrlDispatcherW) holds its thread until the service
 * ends, so it gets one of its own that never runs JavaScript: the function has the shape of a thread's. What it calls back waits
 * for the event loop here.
 * @param onControl called on the event loop
 * @returns undefined when the service manager did not start this process
 * @throws Error not on Windows
 */
export async function hostService(name: string, onControl: (control: ServiceControl) => void): Promise<ServiceHost | undefined> {
  const begun = Promise.withResolvers<ServiceHost>();
  let handle: Address = 0;
  const tell = (state: keyof typeof STATE, waitMs = 0): number => setStatus(handle, statusBytes(state, waitMs));
  const onHandler = (control: number, event: number): number => {
    if (control === CONTROL.interrogate) return 0;
    const meaning = controlOf(control, event);
    if (meaning === undefined) return control === CONTROL.power ? 0 : NOT_IMPLEMENTED;
    if (meaning === 'stop' || meaning === 'shutdown') tell('stopPending', GOODBYE_MS);
    onControl(meaning);
    return 0;
  };
  const handler = nativeCallback(
    'uint32_t __stdcall LabwatchHandler(uint32_t control, uint32_t event, uintptr_t data, uintptr_t context)',
    onHandler,
  );
  const main = nativeCallback('void __stdcall LabwatchMain(uint32_t count, uintptr_t words)', () => {
    handle = registerHandler(name, handler, 0);
    tell('running');
    begun.resolve({ stopped: () => void tell('stopped') });
  });
  // SERVICE_TABLE_ENTRYW: name and function, and an entry of zeros.
  const table = Buffer.alloc(32);
  table.writeBigUInt64LE(permanent(Buffer.from(`${name}\0`, 'utf16le')), 0);
  table.writeBigUInt64LE(main, 8);
  mayInstall();
  const dispatcher = procedure(moduleHandle('advapi32.dll'), 'StartServiceCtrlDispatcherW');
  const thread = createThread(null, 0, dispatcher, permanent(table), 0, null);
  return Promise.race([begun.promise, endOf(thread)]);
}

/** Resolves when a thread has ended. */
async function endOf(thread: Address): Promise<undefined> {
  const code = Buffer.alloc(4);
  for (;;) {
    if (exitCodeOfThread(thread, code) === 0 || code.readUInt32LE() !== STILL_ACTIVE) return undefined;
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

/** Whether this user may install services (SC_MANAGER_CREATE_SERVICE): an administrator. @throws Error not on Windows */
export function mayInstall(): boolean {
  const manager = openManager(null, null, 0x2);
  if (Number(manager) === 0) return false;
  closeHandle(manager);
  return true;
}
