import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { getRawAsset, isSea } from 'node:sea';

/**
 * The only way to functions of Windows: koffi's prebuilt addon. Its small wrapper of JavaScript is not needed, and with it go
 * sixteen packages for systems we do not run on. All calls are made on the thread that asks: koffi's asynchronous calls would
 * bring threads of their own, and nothing that is asked here waits.
 */

/** A function of a library. Numbers of 64 bits come as number when they are safe, else as bigint. Buffers are written in place. */
export type NativeFunction<R> = (...args: readonly unknown[]) => R;

interface Library {
  func(prototype: string): NativeFunction<never>;
}
interface Koffi {
  load(name: string): Library;
  config(values: Readonly<Record<string, number>>): unknown;
  proto(prototype: string): unknown;
  pointer(type: unknown): unknown;
  register(run: (...args: never[]) => number | void, type: unknown): bigint;
}

/** Name of the asset with the addon in the single executable. */
export const NATIVE_ASSET = 'koffi.node';

/** Writes the addon into a folder unless it is there already. @throws Error when it may not */
function layInto(folder: string, name: string, bytes: Buffer): string {
  const path = join(folder, name);
  // The whole file is compared: a name says nothing about who wrote it.
  if (existsSync(path) && readFileSync(path).equals(bytes)) return path;
  mkdirSync(folder, { recursive: true });
  writeFileSync(path, bytes, { mode: 0o700 });
  return path;
}

/**
 * An addon is loaded from a file. In the single executable it is an asset, so it is written out once: beside the executable,
 * where only who may replace that one may write; else (a user's own run) among the user's own data; else into a new folder that
 * nobody else has seen. Never into a folder that others can write to: the agent is the system itself.
 */
function unpacked(): string {
  const bytes = Buffer.from(getRawAsset(NATIVE_ASSET) as ArrayBuffer);
  const name = `koffi-${createHash('sha256').update(bytes).digest('hex').slice(0, 16)}.node`;
  const own = process.env['LOCALAPPDATA'];
  const folders = [dirname(process.execPath), ...(own === undefined ? [] : [join(own, 'labwatch')])];
  for (const folder of folders) {
    const path = orNothing(() => layInto(folder, name, bytes));
    if (path !== undefined) return path;
  }
  return layInto(mkdtempSync(join(tmpdir(), 'labwatch-')), name, bytes);
}

let koffi: Koffi | undefined;
const libraries = new Map<string, Library>();

/** @throws Error when the addon is missing or cannot be loaded: not Windows, or not the processor it was built for */
function loadKoffi(): Koffi {
  if (isSea()) {
    const module: { exports: unknown } = { exports: {} };
    process.dlopen(module as NodeJS.Module, unpacked());
    koffi = module.exports as Koffi;
  } else {
    koffi = createRequire(import.meta.url)(`@koromix/koffi-win32-${process.arch}`) as Koffi;
  }
  // Structures here are small; the defaults keep three megabytes.
  koffi.config({ sync_stack_size: 256 * 1024, sync_heap_size: 64 * 1024 });
  return koffi;
}

/**
 * A function by its prototype in C, e.g. `uint32_t __stdcall GetTickCount()`. Looked up at the first call.
 * @returns a function that throws when the library or the function is missing
 */
export function native<R>(library: string, prototype: string): NativeFunction<R> {
  let found: NativeFunction<R> | undefined;
  return (...args) => {
    if (found === undefined) {
      const loaded = libraries.get(library) ?? (koffi ?? loadKoffi()).load(library);
      libraries.set(library, loaded);
      found = loaded.func(prototype);
    }
    return found(...args);
  };
}

/**
 * A function that the system may call, from any of its threads: the thread waits until the event loop here has run it.
 * It is kept for the life of the process.
 * @param prototype in C, e.g. `void __stdcall Done(uint32_t code)`; its name must be new
 * @returns its address
 * @throws Error not on Windows
 */
export function nativeCallback(prototype: string, run: (...args: never[]) => number | void): bigint {
  const loaded = koffi ?? loadKoffi();
  return loaded.register(run, loaded.pointer(loaded.proto(prototype)));
}

/** Nothing there, may not be asked, or no such function on this Windows: all the same to a probe. */
export function orNothing<T>(action: () => T | undefined): T | undefined {
  try {
    return action();
  } catch {
    return undefined;
  }
}

const moveMemory = native<void>('ntdll.dll', 'void __stdcall RtlMoveMemory(void *to, uintptr_t from, size_t length)');

/** A copy of memory that belongs to the system. @param address as a function gave it */
export function bytesAt(address: number | bigint, length: number): Buffer {
  const copy = Buffer.alloc(length);
  if (length > 0) moveMemory(copy, address, length);
  return copy;
}

/** A place for a pointer or handle that a function gives back. */
export const pointerSlot = (): Buffer => Buffer.alloc(8);
export const pointerIn = (slot: Buffer): bigint => slot.readBigUInt64LE(0);
