import { native, pointerIn, pointerSlot } from './native.ts';

type Address = number | bigint;
const moduleHandle = native<Address>('kernel32.dll', 'uintptr_t __stdcall GetModuleHandleW(str16 name)');
const procedure = native<Address>('kernel32.dll', 'uintptr_t __stdcall GetProcAddress(uintptr_t module, str name)');
const createTimer = native<number>(
  'kernel32.dll',
  'int __stdcall CreateTimerQueueTimer(void *timer, uintptr_t queue, uintptr_t callback, intptr_t parameter, uint32_t due, uint32_t period, uint32_t flags)',
);
const deleteTimer = native<number>('kernel32.dll', 'int __stdcall DeleteTimerQueueTimer(uintptr_t queue, uintptr_t timer, intptr_t event)');

/** WT_EXECUTEINTIMERTHREAD | WT_EXECUTEONLYONCE. */
const FLAGS = 0x20 | 0x8;
/** GetCurrentProcess(). */
const THIS_PROCESS = -1;

/**
 * Ends this process when it is not fed in time, also when its event loop hangs: a timer of Windows that calls TerminateProcess
 * itself. A timer's function gets its parameter and TRUE, which are the process and the exit code 1 that TerminateProcess takes,
 * so no JavaScript is needed and nothing of ours runs in another thread. The service manager starts the agent again.
 */
export class Watchdog {
  readonly #patienceMs: number;
  #timer: bigint | undefined;

  constructor(patienceMs: number) {
    this.#patienceMs = patienceMs;
  }

  /** Begins, or begins anew. @throws Error not on Windows */
  feed(): void {
    this.rest();
    const slot = pointerSlot();
    const terminate = procedure(moduleHandle('kernel32.dll'), 'TerminateProcess');
    if (createTimer(slot, 0, terminate, THIS_PROCESS, this.#patienceMs, 0, FLAGS) !== 0) this.#timer = pointerIn(slot);
  }

  /** Until it is fed again: while the machine sleeps, and at the end. */
  rest(): void {
    if (this.#timer !== undefined) deleteTimer(0, this.#timer, 0);
    this.#timer = undefined;
  }
}
