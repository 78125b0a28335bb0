import { siftSettings, type DeviceSettings, type SettingKey } from '../../protocol/device-settings.ts';
import type { Config, Event } from '../../protocol/payloads/index.ts';
import type { Log } from '../../runtime/log.ts';

/** Where the configuration is kept between runs: the notes of the outbox. */
export interface Notes {
  note(key: string): string | undefined;
  setNote(key: string, value: string): void;
}

export interface RemoteConfigOptions {
  readonly notes: Notes;
  readonly log: Log;
  /** Brings settings into force; what is absent is the agent's own affair. */
  readonly apply: (settings: DeviceSettings) => void;
  /** Tells the server. */
  readonly tell: (code: Event['code'], facts: Pick<Event, 'config' | 'setting'>) => void;
}

const NOTE = 'config';

/** What the server last gave this device: kept, brought into force at once, confirmed. */
export class RemoteConfig {
  readonly #o: RemoteConfigOptions;
  #version = 0;
  #settings: DeviceSettings = {};

  constructor(options: RemoteConfigOptions) {
    this.#o = options;
  }

  /** 0 = none was ever given. */
  get version(): number {
    return this.#version;
  }

  get settings(): DeviceSettings {
    return this.#settings;
  }

  /** What the server gave an earlier run; a note that cannot be read counts as none, and the server gives it again. */
  restore(): void {
    const kept = parseNote(this.#o.notes.note(NOTE));
    if (kept === undefined) return;
    this.#version = kept.version;
    this.#settings = kept.settings;
    this.#o.apply(kept.settings);
  }

  /** The machine has another id: versions are counted anew. The settings stay in force until the server gives others. */
  forget(): void {
    this.#version = 0;
    this.#o.notes.setNote(NOTE, '');
  }

  /** @param bad settings that were left out because this agent does not take their value */
  take(config: Config, bad: readonly SettingKey[] = []): void {
    const { version } = config;
    if (version <= this.#version) return;
    const { settings } = siftSettings(config);
    this.#version = version;
    this.#settings = settings;
    this.#o.notes.setNote(NOTE, JSON.stringify({ version, settings }));
    this.#o.apply(settings);
    this.#o.log.info({ version, ...settings }, 'configured by the server');
    for (const setting of bad) {
      this.#o.log.warn({ version, setting }, 'a setting of the server has a value this agent does not take; the others are in force');
      this.#o.tell('config_refused', { config: version, setting });
    }
    this.#o.tell('config_applied', { config: version });
  }
}

function parseNote(note: string | undefined): { version: number; settings: DeviceSettings } | undefined {
  if (note === undefined) return undefined;
  // As an agent before this one wrote it: version and minutes of a report.
  const [, before, minutes] = /^(\d+) (\d)$/.exec(note) ?? [];
  if (before !== undefined) return { version: Number(before), settings: siftSettings({ reportMinutes: Number(minutes) }).settings };
  try {
    const { version, settings } = JSON.parse(note) as { version?: unknown; settings?: Record<string, unknown> };
    return Number.isSafeInteger(version) && (version as number) >= 1
      ? { version: version as number, settings: siftSettings(settings ?? {}).settings }
      : undefined;
  } catch {
    return undefined;
  }
}
