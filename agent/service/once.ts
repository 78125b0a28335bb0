import { Type } from 'typebox';
import { cliLanguage } from '../../runtime/command.ts';
import { commonSettings } from '../../runtime/common-settings.ts';
import { createLog } from '../../runtime/log.ts';
import { defineSettings, loadSettings } from '../../runtime/settings.ts';
import { InventoryFacts, SecurityFacts } from '../core/parts.ts';
import { type ProbeHealth, ProbeRunner } from '../core/probe-runner.ts';
import { systemClock } from '../platform/clock.ts';
import { PROBES } from '../probes/index.ts';
import type { BootPart, MetricsPart, Platform, Probe, Sample, SessionPart } from '../probes/probe.ts';
import { agentSettings } from '../settings.ts';
import { thisPlatform } from './make.ts';
import { seenText } from './seen-text.ts';

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
export async function look(options: {
  platform: Platform;
  probes: readonly Probe[];
  seat?: string;
  pauseMs: number;
  /** What each probe told, as it tells it. */
  onSample?: (probe: string, sample: Sample) => void;
}): Promise<Seen> {
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
      options.onSample?.(probe.name, sample);
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

/** `labwatch agent once`: what the probes see here, without a server. */
export async function once(argv: readonly string[]): Promise<number> {
  const { values } = loadSettings(onceSettings, { argv, env: process.env, sections: ['labwatch', 'agent'] });
  const { seat } = values;
  const seen = await look({ platform: thisPlatform(), probes: PROBES, pauseMs: 1000, ...(seat === undefined ? {} : { seat }) });
  process.stdout.write(`${values.json ? JSON.stringify(seen, null, 2) : seenText(seen, cliLanguage())}\n`);
  return 0;
}
