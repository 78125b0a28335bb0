import { SETTING_KEYS, type DeviceSettings } from '../protocol/device-settings.ts';
import type { EffectiveSettings, Scope } from './records.ts';

/** What is set at one place. */
export interface Layer {
  readonly from: Scope;
  readonly settings: DeviceSettings;
}

/** Key by key the nearest wins: the last layer that has it. Pure. @param layers from the root down to the device */
export function inherit(layers: readonly Layer[]): EffectiveSettings {
  const found: Record<string, unknown> = {};
  for (const key of SETTING_KEYS) {
    const layer = layers.findLast(({ settings }) => settings[key] !== undefined);
    if (layer !== undefined) found[key] = { value: layer.settings[key], from: layer.from };
  }
  return found as EffectiveSettings;
}
