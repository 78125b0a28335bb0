import type { ServiceState } from '../../probes/probe.ts';
import { native, orNothing } from './native.ts';

const openManager = native<number | bigint>(
  'advapi32.dll',
  'uintptr_t __stdcall OpenSCManagerW(str16 machine, str16 database, uint32_t access)',
);
const openService = native<number | bigint>(
  'advapi32.dll',
  'uintptr_t __stdcall OpenServiceW(uintptr_t manager, str16 name, uint32_t access)',
);
const queryStatus = native<number>('advapi32.dll', 'int __stdcall QueryServiceStatus(uintptr_t service, void *status)');
const closeHandle = native<number>('advapi32.dll', 'int __stdcall CloseServiceHandle(uintptr_t handle)');

/** SC_MANAGER_CONNECT and SERVICE_QUERY_STATUS: nothing can be changed with these. */
const CONNECT = 0x0001;
const QUERY = 0x0004;
/** dwCurrentState of SERVICE_STATUS (winsvc.h). */
const STATES: Readonly<Record<number, ServiceState>> = {
  1: 'stopped',
  2: 'changing',
  3: 'changing',
  4: 'running',
  5: 'changing',
  6: 'changing',
  7: 'paused',
};

function withHandle<T>(handle: number | bigint, use: (handle: number | bigint) => T): T | undefined {
  if (Number(handle) === 0) return undefined;
  try {
    return use(handle);
  } finally {
    closeHandle(handle);
  }
}

/** State of a service by its short name. @returns undefined when it is not installed */
export function serviceState(name: string): ServiceState | undefined {
  return orNothing(() =>
    withHandle(openManager(null, null, CONNECT), (manager) =>
      withHandle(openService(manager, name, QUERY), (service) => {
        // SERVICE_STATUS: type, current state, five more.
        const status = Buffer.alloc(28);
        return queryStatus(service, status) === 0 ? undefined : STATES[status.readUInt32LE(4)];
      }),
    ),
  );
}
