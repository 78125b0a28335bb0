import { check, decode, type Decoded } from './decode.ts';
import { siftSettings, type SettingKey } from './device-settings.ts';
import type { Config } from './payloads/index.ts';

/** A configuration, and the settings of it that were left out because their value does not fit. */
export type DecodedConfig = Decoded<Config> & { readonly bad: readonly SettingKey[] };

/**
 * Bytes to a configuration. One setting with a value that this program does not take (a newer server knows more) costs that
 * setting alone: the others are taken. Never throws.
 */
export function decodeConfig(bytes: Uint8Array): DecodedConfig {
  const whole = decode('config', bytes);
  if (whole.ok || whole.code !== 'SCHEMA') return { ...whole, bad: [] };
  // It is JSON and an object, or another code would have said so.
  const value = JSON.parse(new TextDecoder().decode(bytes)) as Record<string, unknown>;
  const { bad } = siftSettings(value);
  for (const key of bad) delete value[key];
  return { ...check('config', value), bad };
}
