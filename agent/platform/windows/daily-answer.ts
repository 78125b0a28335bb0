/** What the daily batch said; a question that failed is absent, an empty list is an answer. */
export interface DailyAnswer {
  /** LicenseStatus of the licences of Windows that have a key. */
  readonly licences?: readonly number[];
  readonly predictions?: readonly Prediction[];
  readonly drives?: readonly Drive[];
  readonly physical?: readonly PhysicalDisk[];
  readonly reliability?: readonly Reliability[];
  readonly defender?: DefenderStatus;
}

/** MSStorageDriver_FailurePredictStatus. */
export interface Prediction {
  /** The PnP id of the disk, with `_0` behind it. */
  readonly instance: string;
  readonly failing: boolean;
}

/** Win32_DiskDrive. */
export interface Drive {
  readonly index: number;
  readonly pnp?: string;
  readonly serial?: string;
  readonly model?: string;
  /** `OK`, `Pred Fail`, `Degraded` …; not translated. */
  readonly status?: string;
}

/** MSFT_PhysicalDisk. */
export interface PhysicalDisk {
  /** Number of the disk. */
  readonly id: number;
  readonly serial?: string;
  readonly model?: string;
  /** 3 = turning, 4 = solid. */
  readonly media?: number;
  /** 17 = NVMe, 7 = USB, 11 = SATA. */
  readonly bus?: number;
  /** 0 healthy, 1 warning, 2 unhealthy, 5 unknown. */
  readonly health?: number;
}

/** MSFT_StorageReliabilityCounter. */
export interface Reliability {
  readonly id: number;
  /** Percent used. */
  readonly wear?: number;
  /** °C. */
  readonly temperature?: number;
  readonly hours?: number;
  readonly readErrors?: number;
  readonly writeErrors?: number;
}

/** MSFT_MpComputerStatus. */
export interface DefenderStatus {
  readonly running?: boolean;
  /** Normal, Passive Mode, EDR Block Mode, SxS Passive Mode, Not running. */
  readonly mode?: string;
  readonly engine?: string;
  readonly realtime?: boolean;
  readonly version?: string;
  /** Epoch ms. */
  readonly at?: number;
}

type Json = Readonly<Record<string, unknown>>;

const text = (value: unknown): string | undefined => (typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined);
const flag = (value: unknown): boolean | undefined => (typeof value === 'boolean' ? value : undefined);
/** PowerShell writes some numbers as texts (DeviceId), and enumerations as numbers or names. */
function number(value: unknown): number | undefined {
  const whole = typeof value === 'string' && /^\d{1,15}$/.test(value.trim()) ? Number(value) : value;
  return typeof whole === 'number' && Number.isSafeInteger(whole) && whole >= 0 ? whole : undefined;
}

const NAMED: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  health: { Healthy: 0, Warning: 1, Unhealthy: 2, Unknown: 5 },
  media: { Unspecified: 0, HDD: 3, SSD: 4, SCM: 5 },
  bus: { USB: 7, SATA: 11, SD: 12, NVMe: 17 },
};
const named = (kind: string, value: unknown): number | undefined => number(value) ?? NAMED[kind]?.[text(value) ?? ''];

/** `/Date(1795309500000)/` of PowerShell 5, ISO 8601 of 7, `20261120101500.000000+420` of WMI. @returns epoch ms */
export function parseDate(value: unknown): number | undefined {
  const written = text(value);
  if (written === undefined) return undefined;
  const ticks = /^\/Date\((-?\d{1,15})(?:[+-]\d{4})?\)\/$/.exec(written)?.[1];
  const wmi = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)\.\d{6}([+-]\d{3})$/.exec(written);
  const at =
    ticks !== undefined
      ? Number(ticks)
      : wmi !== null
        ? Date.UTC(+wmi[1]!, +wmi[2]! - 1, +wmi[3]!, +wmi[4]!, +wmi[5]!, +wmi[6]!) - Number(wmi[7]) * 60_000
        : /^\d{4}-\d\d-\d\dT/.test(written)
          ? Date.parse(written)
          : Number.NaN;
  // A time of 1601 or 1980 means "never".
  return at > Date.UTC(1990, 0, 1) && at < Date.UTC(2100, 0, 1) ? Math.round(at) : undefined;
}

/** Objects of one answer, whether or not they stand in a list; at most 64. @returns undefined when the question failed */
function objects(all: Json, name: string): Json[] | undefined {
  const value = all[name];
  if (value === undefined || value === null) return undefined;
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  return list.slice(0, 64).filter((one): one is Json => typeof one === 'object' && one !== null && !Array.isArray(one));
}

/** Drops what is not known. */
function known<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as { [K in keyof T]: Exclude<T[K], undefined> };
}

function readDefender(one: Json): DefenderStatus {
  return known({
    running: flag(one['AMServiceEnabled']),
    mode: text(one['AMRunningMode']),
    engine: text(one['AMEngineVersion']),
    realtime: flag(one['RealTimeProtectionEnabled']),
    version: text(one['AntivirusSignatureVersion']),
    at: parseDate(one['AntivirusSignatureLastUpdated']),
  });
}

const readPhysical = (one: Json): PhysicalDisk[] => {
  const id = number(one['DeviceId']);
  if (id === undefined) return [];
  const [media, bus, health] = [named('media', one['MediaType']), named('bus', one['BusType']), named('health', one['HealthStatus'])];
  return [known({ id, serial: text(one['SerialNumber']), model: text(one['FriendlyName']), media, bus, health })];
};

const readReliability = (one: Json): Reliability[] => {
  const id = number(one['DeviceId']);
  if (id === undefined) return [];
  const [wear, temperature, hours] = [number(one['Wear']), number(one['Temperature']), number(one['PowerOnHours'])];
  return [
    known({
      id,
      wear,
      temperature,
      hours,
      readErrors: number(one['ReadErrorsUncorrected']),
      writeErrors: number(one['WriteErrorsUncorrected']),
    }),
  ];
};

const readDrive = (one: Json): Drive[] => {
  const index = number(one['Index']);
  if (index === undefined) return [];
  const [pnp, serial, model] = [text(one['PNPDeviceID']), text(one['SerialNumber']), text(one['Model'])];
  return [known({ index, pnp, serial, model, status: text(one['Status']) })];
};

/**
 * The JSON the daily script prints. Tolerant: lines before the object (a banner, a warning) are passed over, every property
 * may be missing. Pure.
 * @returns undefined when there is no such object: the script did not run
 */
export function parseDaily(printed: string): DailyAnswer | undefined {
  const start = printed.indexOf('{');
  const end = printed.lastIndexOf('}');
  if (start === -1 || end < start) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(printed.slice(start, end + 1));
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const all = value as Json;
  const predictions = objects(all, 'predict')?.flatMap((one) => {
    const [instance, failing] = [text(one['InstanceName']), flag(one['PredictFailure'])];
    return instance === undefined || failing === undefined || one['Active'] === false ? [] : [{ instance, failing }];
  });
  const defender = objects(all, 'defender')?.[0];
  return known({
    licences: objects(all, 'licence')?.flatMap((one) => number(one['LicenseStatus']) ?? []),
    predictions,
    drives: objects(all, 'drives')?.flatMap(readDrive),
    physical: objects(all, 'physical')?.flatMap(readPhysical),
    reliability: objects(all, 'reliability')?.flatMap(readReliability),
    defender: defender === undefined ? undefined : readDefender(defender),
  }) as DailyAnswer;
}
