import type { MetricName } from '../../protocol/catalogue.ts';
import type { Birth, Inventory, Security } from '../../protocol/payloads/index.ts';
import type { Session } from '../../protocol/payloads/report.ts';
import type { Log } from '../../runtime/log.ts';
import type { Clock } from '../platform/clock.ts';

/** Systems a probe can run on; `context.platform.name` is one of these. */
export type PlatformName = 'linux' | 'windows';

/**
 * Numbers as read now, one per metric of the catalogue, in its unit. The runner makes min, mean and max of a window out
 * of `range` metrics and keeps the last value of `last` metrics. A metric that could not be read is left out; a metric
 * that is a rate is left out at the first sample (there is nothing to subtract).
 */
export type MetricsPart = Partial<Record<MetricName, number>>;

/** Who could be using the machine now. */
export interface SessionPart {
  /** State of the interactive session; `unknown` when it cannot be told. */
  readonly session: Session;
  /** Seconds since a person last touched a keyboard, mouse or touch screen in any interactive session; null = cannot be told. */
  readonly idleSeconds: number | null;
}

type Enveloped = 'v' | 'stream' | 'seq' | 'first' | 'at' | 'boot' | 'mono';

/**
 * What one probe knows of the hardware. Parts of several probes are merged by top-level key: objects are joined, an
 * array is taken whole from the last probe that gave it. `seat` is filled from the settings, never by a probe.
 */
export type InventoryPart = Partial<Omit<Inventory, Enveloped | 'seat'>>;

/** What one probe knows of the protection. Merged like the inventory; `firewall` stays `unknown` until a probe says otherwise. */
export type SecurityPart = Partial<Omit<Security, Enveloped>>;

/** Facts of this boot and of the end of the one before. */
export interface BootPart {
  /** 16 hexadecimal digits: a hash of the kernel's boot id, different at every boot. */
  readonly boot: string;
  /** When the machine booted, by its own clock, epoch ms. */
  readonly bootAt: number;
  /** How the machine's last boot ended, as far as the system tells. */
  readonly lastEnd: 'clean' | 'crash' | 'power' | 'unknown';
  /** When that boot was shut down, by the clock of then, epoch ms; only when it was. */
  readonly endedAt?: number;
  /** How this boot began, where the system tells: from nothing, out of the half sleep of Fast Startup, or out of hibernation. */
  readonly start?: 'cold' | 'fast' | 'hibernated';
}

/** The parts a probe can feed. */
export interface Parts {
  metrics: MetricsPart;
  session: SessionPart;
  inventory: InventoryPart;
  security: SecurityPart;
  boot: BootPart;
}
export type PartKind = keyof Parts;

/** One reading. A part that could not be read is left out. */
export type Sample<K extends PartKind = PartKind> = { readonly [P in K]?: Parts[P] };

/** Why a probe has nothing to tell. Stable codes, counted by the runner. */
export const NO_DATA_REASONS = {
  'first-sample': 'a rate needs a second sample',
  absent: 'there is no such hardware, product or service here',
  unsupported: 'this system does not tell',
  forbidden: 'this user may not read it',
  unreadable: 'what was read makes no sense',
} as const;
export type NoDataReason = keyof typeof NO_DATA_REASONS;

/** Nothing to tell, and why. It is not an error: the runner does not back off. */
export interface NoData {
  readonly noData: NoDataReason;
}

export const noData = (reason: NoDataReason): NoData => ({ noData: reason });
export const isNoData = (sample: Sample | NoData): sample is NoData => 'noData' in sample;

/**
 * The only way from a probe to the machine; `agent/platform/` fulfils it. Reading never throws for a file that is
 * missing or may not be read: it answers undefined.
 */
export interface Door {
  /** Whole text of a small file (at most 1 MiB), or undefined. */
  readText(path: string): Promise<string | undefined>;
  /** At most `length` bytes from the start (or from `offset`), or undefined. */
  readBytes(path: string, length: number, offset?: number): Promise<Uint8Array | undefined>;
  /** Names in a folder, sorted; undefined when there is none. */
  listDir(path: string): Promise<readonly string[] | undefined>;
  /** Last modification (epoch ms) and size, following links, or undefined. */
  stat(path: string): Promise<{ readonly mtimeMs: number; readonly atimeMs: number; readonly size: number } | undefined>;
  /** Where a symbolic link points, made absolute, or undefined. */
  realPath(path: string): Promise<string | undefined>;
  /** Size and free space of the file system that holds a path, in bytes, or undefined. */
  space(path: string): Promise<{ readonly total: number; readonly free: number; readonly available: number } | undefined>;
  /** Sends `request` to a Unix socket (or named pipe) and reads until the other side closes or the time is up; undefined when nobody answers. */
  ask(socket: string, request: string, timeoutMs: number): Promise<string | undefined>;
  /**
   * Runs a program (no shell). Never from a probe with an interval under an hour. undefined when it is missing, fails or is late.
   * `anyExit`: what it printed counts whatever status it ended with.
   */
  run(
    file: string,
    args: readonly string[],
    options: { timeoutMs: number; maxBytes?: number; anyExit?: boolean },
  ): Promise<string | undefined>;
  /** Opens a Unix socket for a talk of several questions. On Linux only; undefined when nobody listens. */
  dial?(socket: string, timeoutMs: number): Promise<Line | undefined>;
  /** Number of the user a file, socket or link itself belongs to, or undefined. Linux only. */
  owner?(path: string): Promise<number | undefined>;
  /** As readBytes, but only of a file that belongs to this user, judged on what was opened: a link cannot be turned meanwhile. Linux only. */
  readOwned?(path: string, length: number, owner: number): Promise<Uint8Array | undefined>;
  /** On Windows only. */
  readonly windows?: WindowsDoor;
}

/** An open line to a program on this machine. */
export interface Line {
  write(bytes: Uint8Array): void;
  /** Exactly so many bytes, or undefined when they do not come in time. */
  read(length: number, timeoutMs: number): Promise<Uint8Array | undefined>;
  close(): void;
}

/** A value of the registry: text (SZ, EXPAND_SZ unexpanded), numbers (DWORD, QWORD), bytes (BINARY and the rest), texts (MULTI_SZ). */
export type RegistryValue = string | number | bigint | Uint8Array | readonly string[];

/** State of a Windows service as QueryServiceStatus tells it. */
export type ServiceState = 'running' | 'stopped' | 'changing' | 'paused';

/** What a helper in a session of this machine said last. */
export interface HelperWord {
  /** The session it came from, as the system tells it of the other end of the pipe; never as the helper says. */
  readonly session: number;
  /** Seconds since the last input in that session, when it was said. */
  readonly idleSeconds: number;
  /** When it was said: milliseconds since boot, comparable with `clock.mono()`. */
  readonly mono: number;
}

/** Where the helpers of the sessions leave word. */
export interface HelperPost {
  /** The last word of each session that has sent one; judging its age is the reader's. Never waits. */
  words(): readonly HelperWord[];
  close(): void;
}

/**
 * What only Windows has. Nothing here starts a process, and nothing throws: what is missing or may not be read is undefined.
 * Tables come as the raw bytes of the documented structure (64-bit Windows, little-endian); a pure parser makes something of them.
 */
export interface WindowsDoor {
  /** Values of a key such as `HKLM\SOFTWARE\…`, by name in lower case, in the 64-bit view; '' is the default value. */
  values(key: string): Promise<ReadonlyMap<string, RegistryValue> | undefined>;
  /** Names of the keys below a key, sorted. */
  keys(key: string): Promise<readonly string[] | undefined>;
  /** A service by its short name; undefined when it is not installed. */
  service(name: string): Promise<ServiceState | undefined>;
  /** SMBIOS structures: GetSystemFirmwareTable('RSMB') without the 8 bytes of RawSMBIOSData before them. */
  firmware(): Promise<Uint8Array | undefined>;
  /**
   * One WTSINFOEXW (232 bytes) per session of WTSEnumerateSessionsW. Names of users and domains never come through: of a
   * name that is there only its first character is left, as `*`.
   */
  sessions(): Promise<readonly Uint8Array[] | undefined>;
  /** MIB_IF_TABLE2 of GetIfTable2: 8 bytes with the number of rows, then MIB_IF_ROW2 of 1352 bytes each. */
  interfaces(): Promise<Uint8Array | undefined>;
  /** The three FILETIMEs of GetSystemTimes (24 bytes): idle, kernel (idle is part of it), user; of all processors since boot. */
  processorTimes(): Promise<Uint8Array | undefined>;
  /** MEMORYSTATUSEX (64 bytes) of GlobalMemoryStatusEx. */
  memory(): Promise<Uint8Array | undefined>;
  /**
   * Asks a device with DeviceIoControl. It is opened without any right to read or write, so that only control codes made with
   * FILE_ANY_ACCESS answer.
   * @param device such as `\\.\PhysicalDrive0`
   * @param code control code, such as 0x2d1400 (IOCTL_STORAGE_QUERY_PROPERTY)
   * @param length most bytes of the answer
   */
  control(device: string, code: number, input: Uint8Array, length: number): Promise<Uint8Array | undefined>;
  /**
   * Instance ids of the devices of a setup class that are plugged in now (CM_Get_Device_ID_ListW), such as
   * `DISPLAY\DEL40F4\4&…`; what the registry knows of one stands below HKLM\SYSTEM\CurrentControlSet\Enum.
   * @param setupClass such as `{4d36e96e-e325-11ce-bfc1-08002be10318}` (Monitor)
   */
  present(setupClass: string): Promise<readonly string[] | undefined>;
  /** Opens the pipe to which the helpers of this machine's sessions write. undefined when another program holds it. */
  openHelperPost(): HelperPost | undefined;
}

/** What identifies the hardware; junk ("To be filled by O.E.M.", all zeros …) is left out. */
export interface Fingerprint {
  readonly uuid?: string;
  readonly board?: string;
  /** MAC addresses of physical cards, lower case, sorted. */
  readonly macs: readonly string[];
  /** Serial numbers of disks, sorted. */
  readonly disks: readonly string[];
}

/** `agent/platform/index.ts` exports `openPlatform(): Platform` for the system it runs on. */
export interface Platform {
  readonly name: PlatformName;
  readonly door: Door;
  /** Family, public name, version and architecture of the system, for the birth message. */
  os(): Promise<Birth['os']>;
  /** For enrolment. */
  fingerprint(): Promise<Fingerprint>;
}

/** The network as this machine reaches it. Nothing throws. */
export interface Net {
  /** Milliseconds until a TCP port was opened or refused, which is one round trip; undefined when nothing answered in time. */
  handshake(address: string, port: number, timeoutMs: number): Promise<number | undefined>;
  /** Asks the system's name servers, past its caches; undefined when none answered in time. */
  resolve(
    name: string,
    family: 4 | 6,
    timeoutMs: number,
  ): Promise<{ readonly ms: number; readonly addresses: readonly string[] } | undefined>;
  /** This machine's own addresses, without loopback, lower case. */
  addresses(): readonly string[];
}

/** What a probe may keep over restarts of the agent: a few short texts. Lost with the data folder. */
export interface Memo {
  get(key: string): string | undefined;
  set(key: string, value: string): unknown;
}

/** What a probe gets when it is opened. */
export interface ProbeContext {
  readonly platform: Platform;
  readonly door: Door;
  readonly clock: Clock;
  readonly log: Log;
  /** Absent where nothing is kept: in a look by hand, in tests. */
  readonly memo?: Memo;
  /** Absent where the network is not to be touched. */
  readonly net?: Net;
  /** Address of the broker this device speaks to, once it is enrolled. */
  readonly broker?: () => string | undefined;
}

/** A probe at work. `sample()` is never called again before the last call has settled (or was given up after its time). */
export interface OpenProbe<K extends PartKind = PartKind> {
  sample(): Promise<Sample<K> | NoData>;
  close(): Promise<void>;
}

/**
 * A probe reads one thing. `agent/probes/index.ts` exports `PROBES: readonly Probe[]`, the explicit list.
 *
 * The runner calls `open` once, then `sample` every `intervalSeconds` (once only when it is 0; at start in any case), gives a
 * sample up after `timeoutSeconds`, backs off when it throws, and measures duration and success. Probes feeding
 * `metrics` or `session` use 20 unless they are dear; `inventory` 86,400; `security` 300 or more (only changes are sent).
 */
export interface Probe<K extends PartKind = PartKind> {
  /** kebab-case, the name of its folder. */
  readonly name: string;
  /** The parts it feeds. */
  readonly kinds: readonly K[];
  readonly platforms: readonly PlatformName[];
  readonly intervalSeconds: number;
  /** Default 10. */
  readonly timeoutSeconds?: number;
  open(context: ProbeContext): Promise<OpenProbe<K>>;
}
