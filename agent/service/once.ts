import { Type } from 'typebox';
import { METRICS, type MetricName } from '../../protocol/catalogue.ts';
import { cliLanguage } from '../../runtime/command.ts';
import { commonSettings } from '../../runtime/common-settings.ts';
import { createLog } from '../../runtime/log.ts';
import { defineSettings, loadSettings } from '../../runtime/settings.ts';
import { InventoryFacts, SecurityFacts } from '../core/parts.ts';
import { type ProbeHealth, ProbeRunner } from '../core/probe-runner.ts';
import { systemClock } from '../platform/clock.ts';
import { PROBES } from '../probes/index.ts';
import type { BootPart, MetricsPart, Platform, Probe, SessionPart } from '../probes/probe.ts';
import { agentSettings } from '../settings.ts';
import { thisPlatform } from './make.ts';

export const onceSettings = defineSettings({
  ...agentSettings,
  ...commonSettings,
  json: {
    schema: Type.Boolean(),
    default: false,
    help: { en: 'Answer as JSON.', vi: 'Trả lời dạng JSON.' },
    allowed: 'true or false',
  },
});

/** Everything the probes of a machine tell when each is asked twice. */
export interface Seen {
  readonly metrics: MetricsPart;
  readonly session?: SessionPart;
  readonly boot?: BootPart;
  readonly security: ReturnType<SecurityFacts['body']>;
  readonly inventory: ReturnType<InventoryFacts['body']>;
  readonly probes: readonly ProbeHealth[];
}

/** Asks every probe, waits, and asks the quick ones again so that rates are known. */
export async function look(options: { platform: Platform; probes: readonly Probe[]; seat?: string; pauseMs: number }): Promise<Seen> {
  const { platform, probes, seat } = options;
  const { name, version } = await platform.os();
  const inventory = new InventoryFacts({ name, licence: 'unknown', ...(version === undefined ? {} : { version }) }, seat);
  const security = new SecurityFacts();
  const metrics: MetricsPart = {};
  let session: SessionPart | undefined;
  let boot: BootPart | undefined;
  const log = createLog({ level: 'silent', format: 'json', program: 'agent' });
  const runner = new ProbeRunner({
    probes,
    platform,
    log,
    clock: systemClock,
    tickSeconds: 60,
    onSample: (probe, sample) => {
      Object.assign(metrics, sample.metrics);
      session = sample.session ?? session;
      boot = sample.boot ?? boot;
      if (sample.inventory !== undefined) inventory.set(probe.name, sample.inventory);
      if (sample.security !== undefined) security.set(probe.name, sample.security);
    },
  });
  await runner.start();
  try {
    await runner.sampleQuick();
    await runner.sampleSlow();
    const pause = Promise.withResolvers<void>();
    systemClock.after(options.pauseMs, pause.resolve);
    await pause.promise;
    await runner.sampleQuick();
    const facts = { security: security.body(), inventory: inventory.body(), probes: runner.health() };
    return { metrics, ...facts, ...(session === undefined ? {} : { session }), ...(boot === undefined ? {} : { boot }) };
  } finally {
    await runner.stop();
  }
}

const TEXT = {
  en: {
    metrics: 'Numbers now',
    session: 'Session',
    idle: (seconds: number | null) => (seconds === null ? 'idle time unknown' : `idle for ${Math.round(seconds)} s`),
    unknown: 'unknown',
    security: 'Protection',
    noAntivirus: 'no antivirus found',
    inventory: 'Hardware',
    probes: 'Probes',
  },
  vi: {
    metrics: 'Số đo hiện tại',
    session: 'Phiên làm việc',
    idle: (seconds: number | null) => (seconds === null ? 'không rõ thời gian nghỉ' : `nghỉ ${Math.round(seconds)} giây`),
    unknown: 'không rõ',
    security: 'Bảo vệ',
    noAntivirus: 'không thấy phần mềm diệt virus',
    inventory: 'Phần cứng',
    probes: 'Đầu dò',
  },
} as const;

/** Numbers for a person: bytes in the largest fitting unit. */
function quantity(metric: MetricName, value: number): string {
  const { unit } = METRICS[metric];
  if (unit !== 'By' && unit !== 'By/s') return `${Math.round(value * 10) / 10} ${unit === 'Cel' ? '°C' : unit === '1' ? '' : unit}`.trim();
  const power = value < 1 ? 0 : Math.min(4, Math.floor(Math.log2(value) / 10));
  const shown = Math.round((value / 1024 ** power) * 10) / 10;
  return `${shown} ${['B', 'KiB', 'MiB', 'GiB', 'TiB'][power]}${unit === 'By/s' ? '/s' : ''}`;
}

/** What was seen, for a person at the machine. */
export function seenText(seen: Seen, language: 'en' | 'vi'): string {
  const text = TEXT[language];
  const rows: (readonly [string, string])[] = [];
  const section = (name: string): void => void rows.push([`\n${name}`, '']);
  section(text.metrics);
  for (const [name, value] of Object.entries(seen.metrics) as [MetricName, number][])
    rows.push([`  ${METRICS[name].name[language]}`, quantity(name, value)]);
  section(text.session);
  rows.push([`  ${seen.session?.session ?? text.unknown}`, text.idle(seen.session?.idleSeconds ?? null)]);
  section(text.security);
  const { antivirus, ...other } = seen.security;
  if (antivirus === undefined) rows.push(['  antivirus', text.unknown]);
  else if (antivirus.length === 0) rows.push(['  antivirus', text.noAntivirus]);
  for (const { name, ...facts } of antivirus ?? []) rows.push([`  ${name}`, JSON.stringify(facts)]);
  for (const [key, value] of Object.entries(other)) rows.push([`  ${key}`, String(value)]);
  section(text.inventory);
  for (const [key, value] of Object.entries(seen.inventory))
    for (const each of Array.isArray(value) ? (value as unknown[]) : [value]) rows.push([`  ${key}`, JSON.stringify(each)]);
  section(text.probes);
  for (const probe of seen.probes) {
    const none = Object.entries(probe.noData).map(([reason, count]) => `${reason} ${count}`);
    rows.push([`  ${probe.name}`, [`${Math.round(probe.longestMs)} ms`, ...none, probe.lastError ?? ''].filter(Boolean).join(', ')]);
  }
  const width = Math.max(...rows.map(([name]) => (name.startsWith('\n') ? 0 : name.length)));
  return rows
    .map(([name, value]) => (name.startsWith('\n') ? name : `${name.padEnd(width)}  ${value}`))
    .join('\n')
    .trim();
}

/** `labwatch agent once`: what the probes see here, without a server. */
export async function once(argv: readonly string[]): Promise<number> {
  const { values } = loadSettings(onceSettings, { argv, env: process.env, sections: ['labwatch', 'agent'] });
  const { seat } = values;
  const seen = await look({ platform: thisPlatform(), probes: PROBES, pauseMs: 1000, ...(seat === undefined ? {} : { seat }) });
  process.stdout.write(`${values.json ? JSON.stringify(seen, null, 2) : seenText(seen, cliLanguage())}\n`);
  return 0;
}
