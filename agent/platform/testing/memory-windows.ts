import type { HelperWord, ServiceState, WindowsDoor } from '../../probes/probe.ts';
import { parseRegFile, type RegistryText } from './reg-file.ts';

/** What a Windows machine that is only a text has beside files. */
export interface MemoryWindows {
  readonly registry: RegistryText;
  readonly services: ReadonlyMap<string, ServiceState>;
  readonly firmware: Uint8Array | undefined;
  readonly sessions: readonly Uint8Array[];
  readonly interfaces: Uint8Array | undefined;
  readonly times: Uint8Array | undefined;
  readonly memory: Uint8Array | undefined;
  /** Answers by device, control code and the beginning of the input in hexadecimal. */
  readonly controls: readonly { device: string; code: number; input: string; answer: Uint8Array }[];
  readonly present: ReadonlyMap<string, readonly string[]>;
  /** `age` in milliseconds: how long before now it was said. */
  readonly words: readonly { session: number; idleSeconds: number; age: number }[];
}

/** One part of the text of a machine: the words behind `==` and what stands below. */
export interface Section {
  readonly words: readonly string[];
  readonly body: string;
}

const hexOf = (body: string): Uint8Array =>
  Uint8Array.from(
    Buffer.from(
      body
        .split('\n')
        .map((line) => line.replace(/#.*$/, ''))
        .join('')
        .replace(/[^0-9a-fA-F]/g, ''),
      'hex',
    ),
  );
const count = (words: readonly string[], name: string): number =>
  Number(words.find((word) => word.startsWith(`${name}=`))?.slice(name.length + 1) ?? 0);

function timesOf(words: readonly string[]): Uint8Array {
  const bytes = Buffer.alloc(24);
  for (const [i, name] of ['idle', 'kernel', 'user'].entries()) bytes.writeBigUInt64LE(BigInt(Math.trunc(count(words, name)) || 0), i * 8);
  return Uint8Array.from(bytes);
}

/**
 * The sections of a Windows machine; `#` begins a remark in hexadecimal ones:
 *
 *     == windows                         (this is Windows, whatever else stands here)
 *     == registry                        (text of a .reg file; may come several times)
 *     Windows Registry Editor Version 5.00
 *     [HKEY_LOCAL_MACHINE\SOFTWARE\…]
 *     == service wscsvc running
 *     == firmware hex                    (SMBIOS structures)
 *     == session hex                     (one WTSINFOEXW; once for each session)
 *     == interfaces hex                  (MIB_IF_TABLE2)
 *     == times idle=100 kernel=200 user=50   (100 ns)
 *     == memory hex                      (MEMORYSTATUSEX)
 *     == control \\.\PhysicalDrive0 0x2d1400 00000000   (device, code, beginning of the input; hexadecimal answer below)
 *     == present {4d36e96e-e325-11ce-bfc1-08002be10318}  (one instance id in each line)
 *     == helper session=1 idle=30 age=5  (seconds)
 *
 * @returns undefined when none of them is there: not Windows
 */
export function parseWindows(sections: readonly Section[]): MemoryWindows | undefined {
  const services = new Map<string, ServiceState>();
  const present = new Map<string, readonly string[]>();
  const controls: MemoryWindows['controls'][number][] = [];
  const words: MemoryWindows['words'][number][] = [];
  const sessions: Uint8Array[] = [];
  const single = new Map<string, Uint8Array>();
  let registry = '';
  let isWindows = false;
  for (const { words: head, body } of sections) {
    const [kind = '', name = '', code = '', input = ''] = head;
    if (!/^(?:windows|registry|service|firmware|session|interfaces|times|memory|control|present|helper)$/.test(kind)) continue;
    isWindows = true;
    if (kind === 'registry') registry += `\n${body}`;
    if (kind === 'service' && /^(?:running|stopped|changing|paused)$/.test(code)) services.set(name.toLowerCase(), code as ServiceState);
    if (kind === 'session') sessions.push(hexOf(body));
    if (kind === 'firmware' || kind === 'interfaces' || kind === 'memory') single.set(kind, hexOf(body));
    if (kind === 'times') single.set('times', timesOf(head));
    if (kind === 'control') controls.push({ device: name, code: Number(code), input: input.toLowerCase(), answer: hexOf(body) });
    if (kind === 'present')
      present.set(
        name.toLowerCase(),
        body.split('\n').flatMap((line) => line.trim() || []),
      );
    if (kind === 'helper') {
      words.push({ session: count(head, 'session'), idleSeconds: count(head, 'idle'), age: count(head, 'age') * 1000 });
    }
  }
  if (!isWindows) return undefined;
  const [firmware, interfaces, times, memory] = ['firmware', 'interfaces', 'times', 'memory'].map((each) => single.get(each));
  return { registry: parseRegFile(registry), services, firmware, sessions, interfaces, times, memory, controls, present, words };
}

/** @param mono what `clock.mono()` says now: the words of helpers are dated by it */
export function memoryWindowsDoor(machine: MemoryWindows, mono: () => number): WindowsDoor {
  const key = (path: string): string => path.toLowerCase();
  const start = (path: string): string => `${key(path)}\\`;
  return {
    values: async (path) => machine.registry.get(key(path))?.values,
    keys: async (path) => {
      if (!machine.registry.has(key(path))) return undefined;
      const below = Array.from(machine.registry).filter(
        ([each]) => each.startsWith(start(path)) && !each.slice(start(path).length).includes('\\'),
      );
      return below.map(([, { name }]) => name).toSorted();
    },
    service: async (name) => machine.services.get(name.toLowerCase()),
    firmware: async () => machine.firmware,
    sessions: async () => (machine.sessions.length === 0 ? undefined : machine.sessions),
    interfaces: async () => machine.interfaces,
    processorTimes: async () => machine.times,
    memory: async () => machine.memory,
    control: async (device, code, input, length) => {
      const given = Buffer.from(input).toString('hex');
      const found = machine.controls.find((one) => one.device === device && one.code === code && given.startsWith(one.input));
      return found?.answer.subarray(0, length);
    },
    present: async (setupClass) => machine.present.get(setupClass.toLowerCase()),
    openHelperPost: () => ({
      words: () =>
        machine.words.map(({ session, idleSeconds, age }): HelperWord => ({ session, idleSeconds, mono: Math.max(0, mono() - age) })),
      close: () => {},
    }),
  };
}
