import { METRICS, type MetricName } from '../../protocol/catalogue.ts';
import type { BootPart, SecurityPart, SessionPart } from '../probes/probe.ts';
import type { Seen } from './once.ts';

const TEXT = {
  en: {
    metrics: 'Numbers now',
    session: 'Session',
    sessions: { none: 'nobody logged in', open: 'open', locked: 'locked', unknown: 'unknown' },
    idle: (seconds: number | null) => (seconds === null ? 'idle time unknown' : `idle for ${Math.round(seconds)} s`),
    security: 'Protection',
    antivirus: 'antivirus',
    noAntivirus: 'none found',
    firewall: 'firewall',
    updates: 'updates waiting',
    endOfSupport: 'end of support',
    states: { on: 'on', off: 'off', snoozed: 'paused', expired: 'expired', unknown: 'unknown' },
    realtime: (state: string) => `real-time protection ${state}`,
    definitions: (day: string) => `definitions of ${day}`,
    inventory: 'Hardware and system',
    facts: {
      system: 'computer',
      cpu: 'processor',
      memory: 'memory',
      disks: 'disk',
      nics: 'network',
      displays: 'display',
      os: 'system',
      seat: 'seat',
    },
    virtual: 'virtual machine',
    cores: (count: number) => (count === 1 ? '1 core' : `${count} cores`),
    threads: (count: number) => (count === 1 ? '1 thread' : `${count} threads`),
    words: { free: 'free software', grace: 'trial', other: 'other kind' },
    booted: (at: string) => `on since ${at}`,
    ends: {
      clean: 'switched off in order before',
      crash: 'it crashed before',
      power: 'it lost its power before',
      unknown: 'how it went off before is unknown',
    },
    unknown: 'unknown',
    none: 'none',
    probes: 'Probes',
  },
  vi: {
    metrics: 'Số đo hiện tại',
    session: 'Phiên làm việc',
    sessions: { none: 'chưa ai đăng nhập', open: 'đang mở', locked: 'màn hình khoá', unknown: 'không rõ' },
    idle: (seconds: number | null) => (seconds === null ? 'không rõ thời gian nghỉ' : `nghỉ ${Math.round(seconds)} giây`),
    security: 'Bảo vệ',
    antivirus: 'diệt virus',
    noAntivirus: 'không thấy phần mềm nào',
    firewall: 'tường lửa',
    updates: 'bản cập nhật đang chờ',
    endOfSupport: 'hết hạn hỗ trợ',
    states: { on: 'bật', off: 'tắt', snoozed: 'tạm dừng', expired: 'hết hạn', unknown: 'không rõ' },
    realtime: (state: string) => `bảo vệ tức thời: ${state}`,
    definitions: (day: string) => `dữ liệu nhận dạng ngày ${day}`,
    inventory: 'Phần cứng và hệ thống',
    facts: {
      system: 'máy',
      cpu: 'bộ xử lý',
      memory: 'bộ nhớ',
      disks: 'ổ đĩa',
      nics: 'mạng',
      displays: 'màn hình',
      os: 'hệ điều hành',
      seat: 'chỗ ngồi',
    },
    virtual: 'máy ảo',
    cores: (count: number) => `${count} nhân`,
    threads: (count: number) => `${count} luồng`,
    words: {
      wired: 'có dây',
      wireless: 'không dây',
      other: 'loại khác',
      free: 'phần mềm tự do',
      licensed: 'đã kích hoạt',
      unlicensed: 'chưa kích hoạt',
      grace: 'đang dùng thử',
    },
    booted: (at: string) => `bật từ ${at}`,
    ends: {
      clean: 'lần trước tắt đúng cách',
      crash: 'lần trước bị treo hoặc lỗi',
      power: 'lần trước mất điện',
      unknown: 'không rõ lần trước tắt thế nào',
    },
    unknown: 'không rõ',
    none: 'không có',
    probes: 'Bộ đo',
  },
} as const;
type Row = readonly [name: string, value: string];

function bytes(value: number): string {
  const power = value < 1 ? 0 : Math.min(4, Math.floor(Math.log2(value) / 10));
  return `${Math.round((value / 1024 ** power) * 10) / 10} ${['B', 'KiB', 'MiB', 'GiB', 'TiB'][power]}`;
}

/** Numbers for a person: bytes in the largest fitting unit. */
export function quantity(metric: MetricName, value: number): string {
  const { unit } = METRICS[metric];
  if (unit === 'By' || unit === 'By/s') return `${bytes(value)}${unit === 'By/s' ? '/s' : ''}`;
  return `${Math.round(value * 10) / 10} ${unit === 'Cel' ? '°C' : unit === '1' ? '' : unit}`.trim();
}

/** The session and how long nobody touched the machine. */
export function sessionText(session: SessionPart | undefined, language: 'en' | 'vi'): string {
  const text = TEXT[language];
  return `${text.sessions[session?.session ?? 'unknown']}, ${text.idle(session?.idleSeconds ?? null)}`;
}

/** What one probe tells of the protection: what it does not tell is left out. */
export function protectionSeen({ antivirus, firewall }: SecurityPart, language: 'en' | 'vi'): string[] {
  const text = TEXT[language];
  return [
    ...(antivirus === undefined ? [] : protectionText({ antivirus, firewall: 'unknown' }, language)),
    ...(antivirus?.length === 0 ? [`${text.antivirus}: ${text.noAntivirus}`] : []),
    ...(firewall === undefined ? [] : [`${text.firewall}: ${text.states[firewall]}`]),
  ];
}

/** The start of this boot and how the one before ended. */
export const bootText = ({ bootAt, lastEnd }: BootPart, language: 'en' | 'vi'): string =>
  `${TEXT[language].booted(new Date(bootAt).toISOString())}, ${TEXT[language].ends[lastEnd]}`;

/** The antivirus products, a line each. */
export const protectionText = (security: Seen['security'], language: 'en' | 'vi'): string[] =>
  protection({ ...security }, language)
    .slice(0, security.antivirus?.length ?? 0)
    .map(([name, value]) => `${name}: ${value}`);

/** One part of the inventory. */
export function factText(value: unknown, language: 'en' | 'vi'): string {
  if (typeof value !== 'object' || value === null) return String(value);
  if (!Array.isArray(value)) return facts(value, language);
  return value.length === 0 ? TEXT[language].none : value.map((each: unknown) => factText(each, language)).join(' | ');
}

function protection(security: Seen['security'], language: 'en' | 'vi'): Row[] {
  const text = TEXT[language];
  const { antivirus, firewall, updates, endOfSupport } = security;
  const products = (antivirus ?? []).map((product): Row => {
    const made = product.definitions && new Date(product.definitions.at).toISOString().slice(0, 10);
    const words = [text.states[product.state], text.realtime(text.states[product.realtime]), made && text.definitions(made)];
    return [[product.name, product.version].filter(Boolean).join(' '), words.filter(Boolean).join(', ')];
  });
  if (products.length === 0) products.push([text.antivirus, antivirus === undefined ? text.unknown : text.noAntivirus]);
  return [
    ...products,
    [text.firewall, text.states[firewall]],
    [text.updates, updates === undefined ? text.unknown : String(updates)],
    [text.endOfSupport, endOfSupport ?? text.unknown],
  ];
}

/** The facts of one thing, each with its unit; what is unknown is left out of the line, and a line of nothing is unknown. */
function facts(thing: object, language: 'en' | 'vi'): string {
  const text = TEXT[language];
  const words: Readonly<Record<string, string>> = text.words;
  const said = Object.entries(thing).flatMap(([key, value]): string[] => {
    if (Array.isArray(value)) return value.map((each: unknown) => factText(each, language));
    if (key === 'virtual') return value === true ? [text.virtual] : [];
    // The end of support stands under protection.
    if (typeof value === 'boolean' || value === 'unknown' || key === 'endOfSupport') return [];
    if (typeof value !== 'number') return [key === 'kind' || key === 'licence' ? (words[String(value)] ?? String(value)) : String(value)];
    if (key === 'cores' || key === 'threads') return [text[key](value)];
    return [key === 'mhz' ? `${value} MHz` : key === 'speed' ? `${value} Mbit/s` : bytes(value)];
  });
  return said.length === 0 ? text.unknown : said.join(', ');
}

function hardware(inventory: Seen['inventory'], language: 'en' | 'vi'): Row[] {
  const text = TEXT[language];
  return (Object.keys(text.facts) as (keyof typeof text.facts)[]).flatMap((key): Row[] => {
    const value = inventory[key];
    if (value === undefined) return key === 'seat' ? [] : [[text.facts[key], text.unknown]];
    if (typeof value === 'string') return [[text.facts[key], value]];
    if (!Array.isArray(value)) return [[text.facts[key], facts(value, language)]];
    return value.length === 0 ? [[text.facts[key], text.none]] : value.map((each): Row => [text.facts[key], facts(each, language)]);
  });
}

/** What was seen, for a person at the machine. */
export function seenText(seen: Seen, language: 'en' | 'vi'): string {
  const text = TEXT[language];
  const numbers = (Object.entries(seen.metrics) as [MetricName, number][]).map(([name, value]): Row => [
    METRICS[name].name[language],
    quantity(name, value),
  ]);
  const probes = seen.probes.map((probe): Row => {
    const none = Object.entries(probe.noData).map(([reason, count]) => `${reason} ${count}`);
    return [probe.name, [`${Math.round(probe.longestMs)} ms`, ...none, probe.lastError ?? ''].filter(Boolean).join(', ')];
  });
  const sections: readonly (readonly [string, readonly Row[]])[] = [
    [text.metrics, numbers],
    [text.session, [[text.sessions[seen.session?.session ?? 'unknown'], text.idle(seen.session?.idleSeconds ?? null)]]],
    [text.security, protection(seen.security, language)],
    [text.inventory, hardware(seen.inventory, language)],
    [text.probes, probes],
  ];
  const width = Math.max(...sections.flatMap(([, rows]) => rows.map(([name]) => name.length)));
  return sections
    .map(([name, rows]) => [name, ...rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`)].join('\n'))
    .join('\n\n');
}
