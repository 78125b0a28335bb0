// Generated from docs/api/openapi.json by `npm run generate`. Do not edit.
/* oxlint-disable max-lines */

export interface Alive {
  status: 'alive';
}

export interface Command {
  id: string;
  /** What to do. */
  name: 'refresh' | 'self_test' | 'locate' | 'wake' | 'update' | 'restart_agent' | 'shut_down' | 'restart';
  /** Who carries it out; for wake a neighbour. */
  device: string;
  notice: 'here' | 'save_work' | 'call_teacher' | null;
  target: string | null;
  who: string;
  /** RFC 3339 with offset, in the zone of the unit. */
  at: string;
  /** RFC 3339 with offset, in the zone of the unit. */
  expiresAt: string;
  /** waiting: the device is not connected; sent: no answer yet. */
  state: 'waiting' | 'done' | 'refused' | 'failed' | 'expired' | 'sent';
  settledAt: string | null;
  reason: {
    /** Why. */
    code: 'expired' | 'not_allowed' | 'not_supported' | 'nobody' | 'older_than_boot' | 'not_acknowledged' | 'interrupted' | 'failed';
    text: {
      vi: string;
      en: string;
    };
  } | null;
  /** What a self-test found wrong. */
  findings: Array<{
    /** What. */
    code: 'disk_full' | 'dropping' | 'queue_long' | 'clock_wrong' | 'probe_failing';
    text: {
      vi: string;
      en: string;
    };
  }>;
}

export interface CommandPage {
  items: Array<Command>;
  next: string | null;
}

export interface CommandRequest {
  /** What to do. */
  name: 'refresh' | 'self_test' | 'locate' | 'wake' | 'update' | 'restart_agent' | 'shut_down' | 'restart';
  /** locate only: which of the fixed texts; default here. */
  notice?: 'here' | 'save_work' | 'call_teacher';
  /** Until it expires; default 10 or 60, by the command. */
  minutes?: number;
}

export interface DeviceDay {
  device: string;
  day: string;
  zone: string;
  states: string;
  bitmaps: {
    on: string;
    active: string;
    blind: string;
  };
  minutes: {
    on: number;
    active: number;
    idle: number;
    blind: number;
    off: number;
    unknown: number;
    /** Active minutes with gaps closed by the class of the device. */
    inUse: number;
  };
}

export interface DeviceDetail {
  id: string;
  name: string;
  class: 'pc-student' | 'pc-teacher' | 'pc-office' | 'server' | 'tv' | 'board' | 'projector' | 'other';
  unit: UnitRef;
  /** From the root to the unit. */
  path: Array<UnitRef>;
  state: 'online' | 'offline' | 'silent' | 'never' | 'revoked';
  lastSeen: string | null;
  use: {
    state: 'off' | 'idle' | 'active' | 'blind' | 'unknown';
    session: 'none' | 'open' | 'locked' | 'unknown' | null;
  };
  /** Last report: CPU, memory, system disk in percent, temperature in degrees Celsius. */
  latest: {
    at: string | null;
    cpu: number | null;
    memory: number | null;
    disk: number | null;
    temperature: number | null;
  };
  antivirus: {
    verdict: 'protected' | 'stale' | 'on-demand' | 'off' | 'expired' | 'none' | 'unknown';
    product: string | null;
    definitionsAgeDays: number | null;
  };
  troubles: Array<Trouble>;
  zone: string;
  /** RFC 3339 with offset, in the zone of the unit. */
  enrolledAt: string;
  clonedFrom: string | null;
  clockErrorSeconds: number | null;
  metrics: {
    /** CPU load, %. */
    cpu?: {
      min: number;
      mean: number;
      max: number;
    };
    /** Memory in use, %. */
    memory?: {
      min: number;
      mean: number;
      max: number;
    };
    /** Memory seen by the system, By. */
    memory_total?: number;
    /** Swap in use, %. */
    swap?: number;
    /** System disk in use, %. */
    disk?: number;
    /** System disk free, By. */
    disk_free?: number;
    /** Disk reads, By/s. */
    disk_read?: {
      min: number;
      mean: number;
      max: number;
    };
    /** Disk writes, By/s. */
    disk_write?: {
      min: number;
      mean: number;
      max: number;
    };
    /** Hottest sensor, Cel. */
    temperature?: {
      min: number;
      mean: number;
      max: number;
    };
    /** Network received, By/s. */
    network_received?: {
      min: number;
      mean: number;
      max: number;
    };
    /** Network sent, By/s. */
    network_sent?: {
      min: number;
      mean: number;
      max: number;
    };
    /** Link speed, Mbit/s. */
    link_speed?: number;
    /** Round trip to the gateway, ms. */
    gateway_rtt?: number;
    /** Round trip to the broker, ms. */
    broker_rtt?: number;
    /** Answer of a name server, ms. */
    dns_time?: number;
    /** Times the network link came or went since boot, 1. */
    link_changes?: number;
    /** External displays connected, 1. */
    displays?: number;
    /** CPU time of the agent since it started, s. */
    agent_cpu?: number;
    /** Memory of the agent (RSS), By. */
    agent_memory?: number;
    /** Reports waiting in the outbox, 1. */
    agent_queue?: number;
  } | null;
  birth: {
    /** RFC 3339 with offset, in the zone of the unit. */
    at: string;
    data: {
      /** Version of the agent. */
      agent: string;
      os: {
        /** Family of the operating system. */
        family: 'linux' | 'windows' | 'webos' | 'tizen' | 'android' | 'other';
        /** e.g. "Windows 10 Pro", "Debian GNU Linux". */
        name: string;
        /** e.g. 10.0.19045, 12.11. */
        version?: string;
        /** e.g. x64, arm64. */
        arch: string;
      };
      /** When the machine booted, by its own clock. */
      bootAt: number;
      /** How it booted: cold, out of the half sleep of Windows Fast Startup, or out of hibernation. Absent = not told. */
      start?: 'cold' | 'fast' | 'hibernated';
      /** Why the last run of the agent ended: stopped (clean), died alone (crash), died with the machine (power), no run before (first). */
      end: 'clean' | 'crash' | 'power' | 'first' | 'unknown';
      /** IANA time zone. */
      zone: string;
      /** Messages dropped for want of room since the stream began. */
      dropped: number;
      /** Oldest sequence number still in the outbox: nothing below it will come any more. */
      oldest: number;
      /** Version of the configuration in force; 0 for the built-in one. */
      config: number;
    };
  } | null;
  inventory: {
    /** RFC 3339 with offset, in the zone of the unit. */
    at: string;
    data: {
      system: {
        /** Maker of the computer. */
        maker?: string;
        /** Model of the computer. */
        model?: string;
        /** Serial number of the computer. */
        serial?: string;
        /** SMBIOS UUID unless it is junk. */
        uuid?: string;
        /** Serial number of the main board unless it is junk. */
        board?: string;
        /** A virtual machine. */
        virtual?: boolean;
      };
      cpu?: {
        /** Model of the processor. */
        model: string;
        /** Physical cores. */
        cores?: number;
        /** Logical processors. */
        threads?: number;
        /** Nominal clock. */
        mhz?: number;
      };
      memory: {
        /** Memory the system sees. */
        total?: number;
        dimms?: Array<{
          /** Size of the module. */
          size: number;
          /** e.g. DDR4. */
          type?: string;
          /** Clock. */
          mhz?: number;
          /** Maker. */
          maker?: string;
          /** Part number. */
          part?: string;
          /** Serial number. */
          serial?: string;
          /** Slot. */
          slot?: string;
        }>;
      };
      disks: Array<{
        /** Kind of disk. */
        kind: 'hdd' | 'ssd' | 'nvme' | 'other' | 'unknown';
        /** Size. */
        size?: number;
        /** Maker. */
        maker?: string;
        /** Model. */
        model?: string;
        /** Serial number. */
        serial?: string;
        health?: {
          /** failing = the disk itself predicts its failure; at_risk = spare blocks or planned life run out; ok = it says that it is well. */
          state: 'ok' | 'at_risk' | 'failing' | 'unknown';
          /** Reallocated sectors, ATA attribute 5. */
          reallocated?: number;
          /** Reported uncorrectable errors, ATA attribute 187. */
          reported?: number;
          /** Command time-outs, ATA attribute 188, low word. */
          timeouts?: number;
          /** Sectors waiting to be reallocated, ATA attribute 197. */
          pending?: number;
          /** Uncorrectable sectors of the own test, ATA attribute 198. */
          offline?: number;
          /** Used of the planned life in percent; may pass 100. */
          wear?: number;
          /** Spare blocks left in percent. */
          spare?: number;
          /** Media and data integrity errors of NVMe. */
          mediaErrors?: number;
          /** Hours it has run. */
          hours?: number;
          /** Empty = none. */
          warnings?: Array<'spare' | 'temperature' | 'reliability' | 'read_only' | 'backup'>;
        };
      }>;
      nics: Array<{
        /** MAC address. */
        mac: string;
        /** Kind of network card. */
        kind: 'wired' | 'wireless' | 'other';
        /** A card of hardware, not a bridge, tunnel or container. */
        physical: boolean;
        /** Link speed in Mbit/s. */
        speed?: number;
      }>;
      displays?: Array<{
        /** Not the panel of a laptop. */
        external: boolean;
        /** Maker. */
        maker?: string;
        /** Model. */
        model?: string;
        /** Serial number from the EDID. */
        serial?: string;
      }>;
      network?: {
        /** Families it has an address of that leads somewhere; ipv6 = of the IPv6 internet. */
        families: Array<'ipv4' | 'ipv6'>;
        /** Families of addresses by which the broker was reached; absent = not known. */
        broker?: Array<'ipv4' | 'ipv6'>;
      };
      os: {
        /** Name of the operating system. */
        name: string;
        /** Version. */
        version?: string;
        /** Build or kernel. */
        build?: string;
        /** State of the licence. */
        licence: 'licensed' | 'unlicensed' | 'grace' | 'free' | 'unknown';
        /** Last day of support. */
        endOfSupport?: string;
      };
      /** Label of the seat, as given at installation, e.g. "Máy 07". */
      seat?: string;
    };
  } | null;
  security: {
    /** RFC 3339 with offset, in the zone of the unit. */
    at: string;
    data: {
      /** Every product found; an empty list = none found; absent = could not be seen. */
      antivirus?: Array<{
        /** Name of the product. */
        name: string;
        /** Version of the engine. */
        version?: string;
        /** State of the product. */
        state: 'on' | 'off' | 'snoozed' | 'expired' | 'unknown';
        /** Files are checked when they are opened; a scanner that only runs on demand is off. */
        realtime: 'on' | 'off' | 'unknown';
        definitions?: {
          /** Version of the definitions. */
          version?: string;
          /** When the definitions were made. */
          at: number;
        };
        /** What the product says of its definitions where it gives no date; none = it has none yet. Absent = unknown. */
        freshness?: 'current' | 'old' | 'none';
        /** Given away, or an edition that is sold; not whether this copy was paid for. Absent = the name does not say. */
        licence?: 'free' | 'paid';
      }>;
      /** Host firewall. */
      firewall: 'on' | 'off' | 'unknown';
      /** Updates of the operating system waiting. */
      updates?: number;
      /** Updates are installed and wait for a restart. */
      restart?: boolean;
      /** Last day of support of the operating system. */
      endOfSupport?: string;
    };
  } | null;
}

export interface DevicePage {
  items: Array<DeviceSummary>;
  next: string | null;
}

export interface DeviceSettings {
  device: string;
  own: OwnSettings;
  /** Key by key the nearest place wins. What is not here is left to the agent itself. */
  effective: {
    reportMinutes?: {
      /** Longest window of a report. */
      value: number;
      /** Where it was set. */
      from: {
        kind: 'unit' | 'device';
        id: string;
        name: string;
      };
    };
    sampleSeconds?: {
      /** Seconds between two looks at the machine. */
      value: 5 | 10 | 15 | 20 | 30;
      /** Where it was set. */
      from: {
        kind: 'unit' | 'device';
        id: string;
        name: string;
      };
    };
    replayRate?: {
      /** Most messages a second when waiting reports are sent. */
      value: number;
      /** Where it was set. */
      from: {
        kind: 'unit' | 'device';
        id: string;
        name: string;
      };
    };
    quietHours?: {
      /** When the agent does nothing heavy (hardware, updates): the lessons. A range may pass midnight. */
      value: Array<string>;
      /** Where it was set. */
      from: {
        kind: 'unit' | 'device';
        id: string;
        name: string;
      };
    };
    update?: {
      /** Whether it updates itself; on: over metered lines from neighbours only. */
      value: 'on' | 'off' | 'metered-ok';
      /** Where it was set. */
      from: {
        kind: 'unit' | 'device';
        id: string;
        name: string;
      };
    };
    allow?: {
      /** Commands that are refused unless they stand here. */
      value: Array<'shut_down' | 'restart'>;
      /** Where it was set. */
      from: {
        kind: 'unit' | 'device';
        id: string;
        name: string;
      };
    };
  };
  version: number | null;
  inForce: boolean | null;
}

export interface DeviceSummary {
  id: string;
  name: string;
  class: 'pc-student' | 'pc-teacher' | 'pc-office' | 'server' | 'tv' | 'board' | 'projector' | 'other';
  unit: UnitRef;
  /** From the root to the unit. */
  path: Array<UnitRef>;
  state: 'online' | 'offline' | 'silent' | 'never' | 'revoked';
  lastSeen: string | null;
  use: {
    state: 'off' | 'idle' | 'active' | 'blind' | 'unknown';
    session: 'none' | 'open' | 'locked' | 'unknown' | null;
  };
  /** Last report: CPU, memory, system disk in percent, temperature in degrees Celsius. */
  latest: {
    at: string | null;
    cpu: number | null;
    memory: number | null;
    disk: number | null;
    temperature: number | null;
  };
  antivirus: {
    verdict: 'protected' | 'stale' | 'on-demand' | 'off' | 'expired' | 'none' | 'unknown';
    product: string | null;
    definitionsAgeDays: number | null;
  };
  troubles: Array<Trouble>;
}

export interface EnrolmentAnswer {
  /** Random id. */
  device: string;
  /** 256 random bits, base64url. User name of the MQTT connection is the device id, its password this secret. */
  secret: string;
  /** Random mark of a machine whose hardware cannot tell it from another. */
  twin?: string;
  broker: {
    /** mqtt://, mqtts://, ws:// or wss:// */
    url: string;
    /** All addresses, best first, when there are several: `url` is the first. */
    urls?: Array<string>;
    /** PEM of the CA to trust for it. */
    ca?: string;
  };
}

export interface EnrolmentRequest {
  /** Enrolment token of a school or room. */
  token?: string;
  proof?: {
    /** Random id. */
    device: string;
    /** The secret of that device, the present one or an earlier one. */
    secret: string;
    /** Hash of the boot id; changes at every boot. */
    boot: string;
    /** Milliseconds since that boot, sleep included. */
    mono: number;
    /** Another machine connects as the same device. */
    duplicate?: boolean;
    /** Random, made by the machine: what it is told by if its hardware cannot tell it from another. The same when it asks again. */
    twin: string;
  };
  /** Random mark of a machine whose hardware cannot tell it from another. */
  twin?: string;
  /** Label of the seat; never a host name. */
  name: string;
  fingerprint: {
    /** SMBIOS UUID unless it is junk. */
    uuid?: string;
    /** Serial number of the main board unless it is junk. */
    board?: string;
    macs: Array<string>;
    disks: Array<string>;
  };
}

export interface HelloEvent {
  /** RFC 3339 with offset, in the zone of the unit. */
  at: string;
  /** Version of the server. */
  version: string;
}

export interface LiveEvents {
  hello: HelloEvent;
  device: DeviceSummary;
}

export interface Login {
  name: string;
  password: string;
}

export interface OwnSettings {
  /** Longest window of a report. */
  reportMinutes?: number;
  /** Seconds between two looks at the machine. */
  sampleSeconds?: 5 | 10 | 15 | 20 | 30;
  /** Most messages a second when waiting reports are sent. */
  replayRate?: number;
  /** When the agent does nothing heavy (hardware, updates): the lessons. A range may pass midnight. */
  quietHours?: Array<string>;
  /** Whether it updates itself; on: over metered lines from neighbours only. */
  update?: 'on' | 'off' | 'metered-ok';
  /** Commands that are refused unless they stand here. */
  allow?: Array<'shut_down' | 'restart'>;
}

export interface PasswordChange {
  current: string;
  next: string;
}

export interface Problem {
  type: string;
  title: string;
  status: number;
  /** Stable code; see docs/http-api.md. */
  code: string;
  detail?: string;
  text?: {
    vi: string;
    en: string;
  };
}

export interface Readiness {
  ready: boolean;
  checks: Array<{
    name: string;
    ready: boolean;
    reason: string;
  }>;
}

export interface Release {
  version: string;
  /** paused = offered to nobody for now. */
  state: 'active' | 'paused';
  /** RFC 3339 with offset, in the zone of the unit. */
  publishedAt: string;
  platforms: Array<string>;
  rings: Array<{
    unit: string | null;
    percent: number;
  }>;
  /** Devices that said they run it. */
  running: number;
  /** Devices that tried it and went back. */
  wentBack: number;
}

export interface ReleasePage {
  items: Array<Release>;
  next: string | null;
}

export interface Series {
  device: string;
  field: string;
  unit: string;
  name: {
    vi: string;
    en: string;
  };
  /** RFC 3339 with offset, in the zone of the unit. */
  from: string;
  /** RFC 3339 with offset, in the zone of the unit. */
  to: string;
  /** Seconds. */
  step: number;
  points: Array<{
    /** Start of the step, epoch ms. */
    at: number;
    min: number;
    mean: number;
    max: number;
  }>;
}

export interface Session {
  user: {
    name: string;
    role: 'admin' | 'viewer';
    mustChangePassword: boolean;
  };
}

export interface StuckDevice {
  id: string;
  name: string;
  /** What it runs. */
  version: string;
  /** It falls back to that whatever it installs: its disk is frozen (Deep Freeze). */
  frozen: boolean;
  failed: Array<string>;
  /** RFC 3339 with offset, in the zone of the unit. */
  askedAt: string;
}

export interface StuckPage {
  items: Array<StuckDevice>;
  next: string | null;
}

export interface Trouble {
  /** e.g. antivirus-none, disk-full, silent. */
  code: string;
  severity: 'urgent' | 'warning' | 'notice';
  what: {
    vi: string;
    en: string;
  };
  advice: {
    vi: string;
    en: string;
  };
  since: string | null;
}

export interface UnitCommands {
  items: Array<Command>;
  /** Devices that get none, and why. */
  skipped: Array<{
    device: string;
    reason: 'not-allowed' | 'no-neighbour' | 'no-address' | 'revoked';
  }>;
}

export interface UnitNode {
  id: string;
  code: string;
  kind: 'province' | 'department' | 'commune' | 'school' | 'site' | 'room' | 'seat';
  name: string;
  parent: string | null;
  zone: string;
  /** Devices in this unit and below. */
  devices: number;
  /** Of those, with something wrong. */
  troubled: number;
}

export interface UnitPage {
  items: Array<UnitNode>;
  next: string | null;
}

export interface UnitRef {
  id: string;
  kind: 'province' | 'department' | 'commune' | 'school' | 'site' | 'room' | 'seat';
  name: string;
}

export interface UnitSettings {
  own: OwnSettings;
  /** Key by key the nearest place wins. What is not here is left to the agent itself. */
  effective: {
    reportMinutes?: {
      /** Longest window of a report. */
      value: number;
      /** Where it was set. */
      from: {
        kind: 'unit' | 'device';
        id: string;
        name: string;
      };
    };
    sampleSeconds?: {
      /** Seconds between two looks at the machine. */
      value: 5 | 10 | 15 | 20 | 30;
      /** Where it was set. */
      from: {
        kind: 'unit' | 'device';
        id: string;
        name: string;
      };
    };
    replayRate?: {
      /** Most messages a second when waiting reports are sent. */
      value: number;
      /** Where it was set. */
      from: {
        kind: 'unit' | 'device';
        id: string;
        name: string;
      };
    };
    quietHours?: {
      /** When the agent does nothing heavy (hardware, updates): the lessons. A range may pass midnight. */
      value: Array<string>;
      /** Where it was set. */
      from: {
        kind: 'unit' | 'device';
        id: string;
        name: string;
      };
    };
    update?: {
      /** Whether it updates itself; on: over metered lines from neighbours only. */
      value: 'on' | 'off' | 'metered-ok';
      /** Where it was set. */
      from: {
        kind: 'unit' | 'device';
        id: string;
        name: string;
      };
    };
    allow?: {
      /** Commands that are refused unless they stand here. */
      value: Array<'shut_down' | 'restart'>;
      /** Where it was set. */
      from: {
        kind: 'unit' | 'device';
        id: string;
        name: string;
      };
    };
  };
}

export interface UpdateAnswer {
  /** The signed bytes, as text. */
  manifest: string;
  signatures: Array<string>;
  neighbours: Array<string>;
  /** Whether the server hands the file to this device now. */
  server: boolean;
  /** Seconds after which to ask again when it has the file from nowhere. */
  wait: number;
}

/** An answer that is not a success, as problem details (RFC 9457). `status` 0 and code UNREACHABLE: no answer at all. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly status: number;
  /** Stable code; see docs/http-api.md. */
  readonly code: string;
  readonly problem: Problem;
  /** Seconds to wait before trying again, when the server says so. */
  readonly retryAfter: number | undefined;

  constructor(problem: Problem, retryAfter?: number) {
    super(problem.title);
    this.status = problem.status;
    this.code = problem.code;
    this.problem = problem;
    this.retryAfter = retryAfter;
  }
}

export interface CallOptions {
  signal?: AbortSignal;
  /** Where the server is, without a trailing slash; default the origin of the page. */
  base?: string;
}

const UNREACHABLE: Problem = {
  type: 'about:blank',
  title: 'The server cannot be reached.',
  status: 0,
  code: 'UNREACHABLE',
  text: { vi: 'Không kết nối được máy chủ. Hãy kiểm tra mạng.', en: 'The server cannot be reached. Check the network.' },
};

type Value = string | number | boolean | undefined;

function address(path: string, query: Record<string, Value>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) search.set(name, String(value));
  const text = search.toString();
  return text === '' ? path : `${path}?${text}`;
}

async function problemOf(response: Response): Promise<Problem> {
  try {
    const body = (await response.json()) as Problem;
    if (typeof body.code === 'string') return body;
  } catch {
    // Not ours: a proxy answered.
  }
  return { type: 'about:blank', title: response.statusText || 'The server answered with an error.', status: response.status, code: 'HTTP_ERROR' };
}

async function call<T>(method: string, url: string, options: CallOptions, body?: unknown): Promise<T> {
  let response: Response;
  try {
    response = await fetch((options.base ?? '') + url, {
      method,
      credentials: 'same-origin',
      headers: { accept: 'application/json', ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
  } catch (error) {
    if (options.signal?.aborted === true) throw error;
    throw new ProblemError(UNREACHABLE);
  }
  if (!response.ok) {
    const wait = Number(response.headers.get('retry-after') ?? Number.NaN);
    throw new ProblemError(await problemOf(response), Number.isNaN(wait) ? undefined : wait);
  }
  return (response.status === 204 ? undefined : await response.json()) as T;
}

/** Alive. */
export function getHealth(options: CallOptions = {}): Promise<Alive> {
  return call('GET', address(`/healthz`, {}), options);
}

/** Ready to do its work, or why not. */
export function getReadiness(options: CallOptions = {}): Promise<Readiness> {
  return call('GET', address(`/readyz`, {}), options);
}

/** Prometheus text; open on the loopback listener, with a login on the TLS one. */
export const getMetricsPath = '/metrics';

/** Log in: sets the session cookie. */
export function login(body: Login, options: CallOptions = {}): Promise<Session> {
  return call('POST', address(`/api/v1/session`, {}), options, body);
}

/** Who is logged in. */
export function getSession(options: CallOptions = {}): Promise<Session> {
  return call('GET', address(`/api/v1/session`, {}), options);
}

/** Log out: ends the session and its streams. */
export function logout(options: CallOptions = {}): Promise<void> {
  return call('DELETE', address(`/api/v1/session`, {}), options);
}

/** Change the own password; every other session of the user ends. */
export function changePassword(body: PasswordChange, options: CallOptions = {}): Promise<Session> {
  return call('POST', address(`/api/v1/session/password`, {}), options, body);
}

/** A token, or the secret of a device, and what the hardware says of itself, for an identity and a secret. */
export function enrol(body: EnrolmentRequest, options: CallOptions = {}): Promise<EnrolmentAnswer> {
  return call('POST', address(`/api/v1/enrolments`, {}), options, body);
}

/** The tree of units, parents before children, with the number of devices in each and below. */
export function listUnits(options: CallOptions = {}): Promise<UnitPage> {
  return call('GET', address(`/api/v1/units`, {}), options);
}

/** Devices, ordered by id. */
export function listDevices(params: {
  /** Id of a unit: it and everything under it. */
  unit?: string;
  /** Part of the name or id, case-insensitive. */
  q?: string;
  state?: 'online' | 'offline' | 'silent' | 'never' | 'revoked';
  /** Only devices with something wrong (true) or with nothing wrong (false). */
  troubled?: boolean;
  /** `next` of the page before. */
  cursor?: string;
  /** Default 100. */
  limit?: number;
} = {}, options: CallOptions = {}): Promise<DevicePage> {
  return call('GET', address(`/api/v1/devices`, { unit: params.unit, q: params.q, state: params.state, troubled: params.troubled, cursor: params.cursor, limit: params.limit }), options);
}

/** Everything of one device. */
export function getDevice(params: {
  id: string;
}, options: CallOptions = {}): Promise<DeviceDetail> {
  return call('GET', address(`/api/v1/devices/${encodeURIComponent(params.id)}`, {}), options);
}

/** One metric over time: default the last 24 hours in about 300 steps. */
export function getSeries(params: {
  field: 'cpu' | 'memory' | 'memory_total' | 'swap' | 'disk' | 'disk_free' | 'disk_read' | 'disk_write' | 'temperature' | 'network_received' | 'network_sent' | 'link_speed' | 'gateway_rtt' | 'broker_rtt' | 'dns_time' | 'link_changes' | 'displays' | 'agent_cpu' | 'agent_memory' | 'agent_queue';
  /** RFC 3339 or epoch ms, inclusive. */
  from?: string;
  /** RFC 3339 or epoch ms, exclusive. */
  to?: string;
  step?: number;
  id: string;
}, options: CallOptions = {}): Promise<Series> {
  return call('GET', address(`/api/v1/devices/${encodeURIComponent(params.id)}/series`, { field: params.field, from: params.from, to: params.to, step: params.step }), options);
}

/** One local day, minute by minute. */
export function getDay(params: {
  id: string;
  /** yyyy-mm-dd, a day in the zone of the unit. */
  day: string;
}, options: CallOptions = {}): Promise<DeviceDay> {
  return call('GET', address(`/api/v1/devices/${encodeURIComponent(params.id)}/days/${encodeURIComponent(params.day)}`, {}), options);
}

/** What is set at a unit, and what holds there. */
export function getUnitSettings(params: {
  id: string;
}, options: CallOptions = {}): Promise<UnitSettings> {
  return call('GET', address(`/api/v1/units/${encodeURIComponent(params.id)}/settings`, {}), options);
}

/** Replaces what is set at a unit, for everything under it. */
export function setUnitSettings(params: {
  id: string;
}, body: OwnSettings, options: CallOptions = {}): Promise<UnitSettings> {
  return call('PUT', address(`/api/v1/units/${encodeURIComponent(params.id)}/settings`, {}), options, body);
}

/** What is set at a device, what holds there, and whether it is in force. */
export function getDeviceSettings(params: {
  id: string;
}, options: CallOptions = {}): Promise<DeviceSettings> {
  return call('GET', address(`/api/v1/devices/${encodeURIComponent(params.id)}/settings`, {}), options);
}

/** Replaces what is set at one device. */
export function setDeviceSettings(params: {
  id: string;
}, body: OwnSettings, options: CallOptions = {}): Promise<DeviceSettings> {
  return call('PUT', address(`/api/v1/devices/${encodeURIComponent(params.id)}/settings`, {}), options, body);
}

/** A command for one device. It waits until the device is connected, and expires. */
export function commandDevice(params: {
  id: string;
}, body: CommandRequest, options: CallOptions = {}): Promise<Command> {
  return call('POST', address(`/api/v1/devices/${encodeURIComponent(params.id)}/commands`, {}), options, body);
}

/** The last commands to a device and about it, newest first, with what became of them. */
export function listCommands(params: {
  /** Default 20. */
  limit?: number;
  id: string;
}, options: CallOptions = {}): Promise<CommandPage> {
  return call('GET', address(`/api/v1/devices/${encodeURIComponent(params.id)}/commands`, { limit: params.limit }), options);
}

/** A command for every device of a unit and below. */
export function commandUnit(params: {
  id: string;
}, body: CommandRequest, options: CallOptions = {}): Promise<UnitCommands> {
  return call('POST', address(`/api/v1/units/${encodeURIComponent(params.id)}/commands`, {}), options, body);
}

/** Server-sent events: `hello` first, then `device` with the fresh DeviceSummary at most once a second per device. */
export const streamEventsPath = '/api/v1/events';

/** Which release is for this device now, and where it gets it; 204 when there is none. */
export function askForUpdate(params: {
  /** What it runs. */
  version: string;
  /** What it runs on. */
  platform: 'linux-x64' | 'linux-arm64' | 'win-x64' | 'win-x86';
  /** Whether it may fetch from the server: over a metered line it takes from neighbours only. */
  line: 'free' | 'metered';
  /** The packed file it can hand to neighbours. */
  have?: string;
  /** Where neighbours in the local network reach it for that. */
  near?: string;
  /** A release it tried and went back from. */
  failed?: string;
  /** The neighbours it was told of did not have the file. */
  alone?: 'yes';
}, options: CallOptions = {}): Promise<UpdateAnswer | void> {
  return call('GET', address(`/api/v1/agent/update`, { version: params.version, platform: params.platform, line: params.line, have: params.have, near: params.near, failed: params.failed, alone: params.alone }), options);
}

/** A packed executable, whole or by a byte range (RFC 9110, section 14), for the device whose turn it is. */
export const fetchReleaseFilePath = '/api/v1/agent/files/${encodeURIComponent(params.sha256)}';

/** Releases of the agent, the newest first, with their rings and how many devices run them. */
export function listReleases(options: CallOptions = {}): Promise<ReleasePage> {
  return call('GET', address(`/api/v1/releases`, {}), options);
}

/** Devices that do not get further: frozen disks, and those that went back from a release. */
export function listStuckDevices(options: CallOptions = {}): Promise<StuckPage> {
  return call('GET', address(`/api/v1/releases/stuck`, {}), options);
}
