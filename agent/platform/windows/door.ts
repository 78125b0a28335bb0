import { readdir, realpath, stat, statfs } from 'node:fs/promises';
import type { Door, WindowsDoor } from '../../probes/probe.ts';
import { askSocket, MAX_TEXT_BYTES, orUndefined, readStart } from '../node-door.ts';
import { deviceControl } from './device-control.ts';
import { openHelperPost } from './helper-post.ts';
import { registryKeys, registryValues } from './registry.ts';
import { runProgram } from './run-program.ts';
import { serviceState } from './services.ts';
import { interfaceTable, memoryTable, presentDevices, processorTimes, smbiosTable } from './tables.ts';
import { terminalSessions } from './terminal-sessions.ts';

const windows: WindowsDoor = {
  values: async (key) => registryValues(key),
  keys: async (key) => registryKeys(key),
  service: async (name) => serviceState(name),
  firmware: async () => smbiosTable(),
  sessions: async () => terminalSessions(),
  interfaces: async () => interfaceTable(),
  processorTimes: async () => processorTimes(),
  memory: async () => memoryTable(),
  control: async (device, code, input, length) => deviceControl(device, code, input, length),
  present: async (setupClass) => presentDevices(setupClass),
  openHelperPost,
};

/** The door to this Windows machine. */
export function windowsDoor(): Door {
  return {
    readText: (path) => orUndefined(async () => Buffer.from(await readStart(path, MAX_TEXT_BYTES, 0)).toString('utf8')),
    readBytes: (path, length, offset = 0) => orUndefined(() => readStart(path, length, offset)),
    listDir: (path) => orUndefined(async () => (await readdir(path)).toSorted()),
    stat: (path) =>
      orUndefined(async () => {
        const { mtimeMs, atimeMs, size } = await stat(path);
        return { mtimeMs, atimeMs, size };
      }),
    realPath: (path) => orUndefined(() => realpath(path)),
    space: (path) =>
      orUndefined(async () => {
        const { bsize, blocks, bfree, bavail } = await statfs(path);
        return { total: bsize * blocks, free: bsize * bfree, available: bsize * bavail };
      }),
    ask: (pipe, request, timeoutMs) => askSocket(pipe, request, timeoutMs),
    run: (file, args, { timeoutMs, maxBytes = MAX_TEXT_BYTES, anyExit = false }) =>
      orUndefined(() => runProgram(file, args, { timeoutMs, maxBytes, anyExit })),
    windows,
  };
}
