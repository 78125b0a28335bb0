/** What /proc/cpuinfo says. Texts are as they stand there. */
export interface CpuInfo {
  readonly model?: string;
  readonly cores?: number;
  readonly threads?: number;
  /** Nominal clock in MHz, where the model names it ("@ 3.20GHz"). */
  readonly mhz?: number;
  /** The processor says that a hypervisor stands under it; absent where processors have no such flag. */
  readonly virtual?: boolean;
  /** Maker's name of the whole machine, as small ARM boards give it. */
  readonly machine?: string;
}

/** /proc/cpuinfo (proc_cpuinfo(5)): one block of `key : value` for each logical processor. */
export function parseCpuInfo(text: string): CpuInfo {
  let model: string | undefined;
  let machine: string | undefined;
  let flags: string | undefined;
  let threads = 0;
  let pkg = '';
  const cores = new Set<string>();
  for (const line of text.split('\n')) {
    const colon = line.indexOf(':');
    if (colon === -1) continue;
    const key = line.slice(0, colon).trim();
    const value = line.slice(colon + 1).trim();
    if (key === 'processor' && /^\d+$/.test(value)) threads++;
    else if (key === 'model name' && value !== '') model ??= value;
    else if (key === 'Model' && value !== '') machine ??= value;
    else if (key === 'flags') flags ??= value;
    else if (key === 'physical id') pkg = value;
    else if (key === 'core id') cores.add(`${pkg}:${value}`);
  }
  const clock = /@ *(\d{1,2}(?:\.\d{1,3})?) *GHz/i.exec(model ?? '')?.[1];
  return {
    ...(model === undefined ? {} : { model }),
    ...(machine === undefined ? {} : { machine }),
    ...(cores.size === 0 ? {} : { cores: cores.size }),
    ...(threads === 0 ? {} : { threads }),
    ...(clock === undefined ? {} : { mhz: Math.round(Number(clock) * 1000) }),
    ...(flags === undefined ? {} : { virtual: /(?:^| )hypervisor(?: |$)/.test(flags) }),
  };
}

/** One memory module as the child reports it. */
export interface Dimm {
  readonly size: number;
  readonly type?: string;
  readonly mhz?: number;
  readonly maker?: string;
  readonly part?: string;
  readonly serial?: string;
  readonly slot?: string;
}

/** What the child process adds to what the files say. */
export interface ChildReport {
  readonly maker?: string;
  readonly model?: string;
  readonly serial?: string;
  readonly board?: string;
  readonly virtual?: boolean;
  readonly cpuModel?: string;
  readonly mhz?: number;
  readonly dimms: readonly Dimm[];
}

type Json = Readonly<Record<string, unknown>>;
const record = (value: unknown): Json => (typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {});
/** systeminformation writes '-' and '' for what it does not know. */
const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value.trim() !== '' && value.trim() !== '-' ? value.trim() : undefined;
const positive = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : undefined;

/**
 * A module with a size and something a module has. Without dmidecode systeminformation makes up one module of the whole
 * memory; that is none. An empty slot has size 0.
 */
function parseDimm(value: unknown): Dimm[] {
  const dimm = record(value);
  const size = positive(dimm['size']);
  const type = text(dimm['type']);
  const known = [text(dimm['partNum']), text(dimm['serialNum']), text(dimm['bank']), positive(dimm['clockSpeed'])];
  if (size === undefined || !Number.isSafeInteger(size) || (type === undefined && known.every((one) => one === undefined))) return [];
  const [part, serial, slot, mhz] = known as [string?, string?, string?, number?];
  const maker = text(dimm['manufacturer']);
  return [
    {
      size,
      ...(type === undefined ? {} : { type }),
      ...(mhz === undefined ? {} : { mhz }),
      ...(maker === undefined ? {} : { maker }),
      ...(part === undefined ? {} : { part }),
      ...(serial === undefined ? {} : { serial }),
      ...(slot === undefined ? {} : { slot }),
    },
  ];
}

/** Names systeminformation makes up for a machine that gives none. */
const MADE_UP = /^(?:Docker Container|Computer|Virtual machine)$/i;

/**
 * The answer of the child: JSON of systeminformation's `system`, `baseboard`, `cpu` and `memLayout`.
 * @returns undefined when it is not JSON of an object
 */
export function parseChildReport(json: string): ChildReport | undefined {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const all = record(value);
  const system = record(all['system']);
  const cpu = record(all['cpu']);
  const model = text(system['model']);
  const names = [text(cpu['manufacturer']), text(cpu['brand'])].filter((name) => name !== undefined);
  const speed = positive(cpu['speed']);
  const found = {
    maker: text(system['manufacturer']),
    model: model !== undefined && MADE_UP.test(model) ? undefined : model,
    serial: text(system['serial']),
    board: text(record(all['baseboard'])['serial']),
    virtual: typeof system['virtual'] === 'boolean' ? system['virtual'] : undefined,
    cpuModel: names.length === 0 ? undefined : names.join(' '),
    mhz: speed === undefined ? undefined : Math.round(speed * 1000),
  };
  const dimms = Array.isArray(all['memLayout']) ? all['memLayout'].slice(0, 64).flatMap(parseDimm) : [];
  return { ...(Object.fromEntries(Object.entries(found).filter(([, one]) => one !== undefined)) as Omit<ChildReport, 'dimms'>), dimms };
}

/** `MemTotal` of /proc/meminfo in bytes. */
export function parseMemoryTotal(meminfo: string): number | undefined {
  const match = /^MemTotal: +(\d{1,12}) kB$/m.exec(meminfo);
  return match === null ? undefined : Number(match[1]) * 1024;
}
