/** What one look at a disk's own records said. Everything may be missing; missing is never 0. */
export interface Reading {
  /** The disk's own verdict: false = it predicts its failure. */
  readonly passed?: boolean;
  /** An attribute that must not fall below its limit has. */
  readonly belowLimit?: boolean;
  /** Raw values of ATA attributes by their number. */
  readonly attributes: ReadonlyMap<number, number>;
  readonly hours?: number;
  /** Percent of the life the maker planned; may pass 100. */
  readonly wear?: number;
  /** Percent of spare blocks left, and below how many the disk warns. */
  readonly spare?: number;
  readonly spareLimit?: number;
  readonly mediaErrors?: number;
  /** Bits of the critical warning of NVMe. */
  readonly warnings?: number;
}

type Json = Readonly<Record<string, unknown>>;
const record = (value: unknown): Json => (typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {});
const count = (value: unknown, most = Number.MAX_SAFE_INTEGER): number | undefined =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 && value <= most ? value : undefined;

/** Drops what is not known. */
function known<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as { [K in keyof T]: Exclude<T[K], undefined> };
}

/** Hours that a disk can have run: sixty years. Some makers pack minutes or milliseconds into the same bytes. */
const MOST_HOURS = 525_600;
/** Bits of `smartctl.exit_status` (smartctl(8)): 1 command line, 2 not opened or in low power, 4 a command failed, 8 DISK FAILING. */
const NOT_READ = 3;
const FAILING = 8;

/**
 * `smartctl -a -j` of smartmontools 7: `smart_status.passed`, `ata_smart_attributes.table[]` (id, raw.value, when_failed),
 * `nvme_smart_health_information_log`, `endurance_used` and `spare_available` (7.4), `power_on_time.hours`.
 * @returns undefined when it is no such JSON or the disk was not read (it sleeps, it cannot be opened)
 */
export function parseSmartctl(printed: string): Reading | undefined {
  let value: unknown;
  try {
    value = JSON.parse(printed);
  } catch {
    return undefined;
  }
  const all = record(value);
  const smartctl = record(all['smartctl']);
  const status = count(smartctl['exit_status'], 255) ?? 0;
  const table = record(all['ata_smart_attributes'])['table'];
  const rows = (Array.isArray(table) ? table.slice(0, 64) : []).map(record);
  const nvme = record(all['nvme_smart_health_information_log']);
  const own = record(all['smart_status'])['passed'];
  const nothing = typeof own !== 'boolean' && rows.length === 0 && Object.keys(nvme).length === 0;
  if (nothing || (status & NOT_READ) !== 0) return undefined;
  const attributes = new Map<number, number>();
  for (const row of rows) {
    const [id, raw] = [count(row['id'], 255), count(record(row['raw'])['value'])];
    if (id !== undefined && raw !== undefined) attributes.set(id, raw);
  }
  return known({
    passed: (status & FAILING) !== 0 ? false : typeof own === 'boolean' ? own : undefined,
    belowLimit: rows.length === 0 ? undefined : rows.some((row) => /now/i.test(String(row['when_failed'] ?? ''))),
    attributes,
    hours: count(record(all['power_on_time'])['hours'], MOST_HOURS) ?? count(nvme['power_on_hours'], MOST_HOURS),
    wear: count(nvme['percentage_used'], 255) ?? count(record(all['endurance_used'])['current_percent'], 255),
    spare: count(nvme['available_spare'], 100) ?? count(record(all['spare_available'])['current_percent'], 100),
    spareLimit: count(nvme['available_spare_threshold'], 100) ?? count(record(all['spare_available'])['threshold_percent'], 100),
    mediaErrors: count(nvme['media_errors']),
    warnings: count(nvme['critical_warning'], 255),
  });
}

/** Of ATA SMART data: revision (2 bytes), then 30 entries of 12 bytes: id, flags (2), value, worst, raw (6, little-endian), reserved. */
const ENTRIES = 30;
const POWER_ON_HOURS = 9;

/**
 * STORAGE_PREDICT_FAILURE (ntddstor.h), the answer to IOCTL_STORAGE_PREDICT_FAILURE: a DWORD that is not 0 when the disk
 * predicts its failure, and 512 bytes that an ATA disk fills with its SMART data. The same stands in
 * MSStorageDriver_FailurePredictData. The checksum of those (all bytes add up to 0) tells them from something else.
 */
export function parsePredictFailure(bytes: Uint8Array): Reading | undefined {
  if (bytes.length < 4) return undefined;
  const passed = bytes.subarray(0, 4).every((byte) => byte === 0);
  const data = bytes.subarray(4, 516);
  const attributes = new Map<number, number>();
  const filled = data.length === 512 && data.some((byte) => byte !== 0) && data.reduce((sum, byte) => sum + byte, 0) % 256 === 0;
  for (let i = 0; i < (filled ? ENTRIES : 0); i++) {
    const entry = data.subarray(2 + i * 12, 14 + i * 12);
    const raw = entry.subarray(5, 11).reduceRight((sum, byte) => sum * 256 + byte, 0);
    if (entry[0] !== 0) attributes.set(entry[0]!, raw);
  }
  const hours = attributes.get(POWER_ON_HOURS);
  // The upper bytes often hold minutes.
  const low = hours === undefined ? undefined : count(hours % 2 ** 24, MOST_HOURS);
  return known({ passed, attributes, hours: low });
}

/** Where the log begins in the answer: STORAGE_PROTOCOL_DATA_DESCRIPTOR with its 40 bytes of STORAGE_PROTOCOL_SPECIFIC_DATA. */
const LOG_AT = 48;
const LOG_BYTES = 512;

/** 128 bits, little-endian; undefined past what a number holds exactly. */
function wide(log: DataView, at: number): number | undefined {
  const high = log.getBigUint64(at + 8, true);
  return high === 0n ? count(Number(log.getBigUint64(at, true))) : undefined;
}

/**
 * STORAGE_PROTOCOL_DATA_DESCRIPTOR with the SMART / health log (02h) of NVM Express: critical warning at 0, spare at 3, its
 * limit at 4, percentage used at 5, power-on hours at 128, media errors at 160.
 */
export function parseNvmeAnswer(bytes: Uint8Array): Reading | undefined {
  if (bytes.length < LOG_AT + LOG_BYTES) return undefined;
  const log = new DataView(bytes.buffer, bytes.byteOffset + LOG_AT, LOG_BYTES);
  // An empty page: a driver that passes nothing on. A disk without spare blocks and without a temperature does not run.
  if (bytes.subarray(LOG_AT, LOG_AT + LOG_BYTES).every((byte) => byte === 0)) return undefined;
  return known({
    attributes: new Map<number, number>(),
    hours: count(wide(log, 128), MOST_HOURS),
    wear: log.getUint8(5),
    spare: count(log.getUint8(3), 100),
    spareLimit: count(log.getUint8(4), 100),
    mediaErrors: wide(log, 160),
    warnings: log.getUint8(0),
  });
}
