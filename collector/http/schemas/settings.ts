import { Type, type Static } from 'typebox';
import { DEVICE_SETTINGS, settingFields, type SettingKey } from '../../../protocol/device-settings.ts';
import { DeviceId, Nullable } from './common.ts';

export const UnitParams = Type.Object({ id: Type.String({ maxLength: 64 }) });

/** What is set at one place. PUT replaces all of it: what is left out is inherited again. */
export const OwnSettings = Type.Object({ ...settingFields }, { $id: 'OwnSettings', additionalProperties: false });
export type OwnSettings = Static<typeof OwnSettings>;

const SettingPlace = Type.Object(
  { kind: Type.Enum(['unit', 'device']), id: Type.String(), name: Type.String() },
  { description: 'Where it was set.' },
);

type Effective = {
  [K in SettingKey]: ReturnType<typeof one<(typeof DEVICE_SETTINGS)[K]['schema']>>;
};
function one<S extends (typeof DEVICE_SETTINGS)[SettingKey]['schema']>(schema: S) {
  return Type.Optional(Type.Object({ value: schema, from: SettingPlace }));
}
const effective = Type.Object(
  Object.fromEntries(Object.entries(DEVICE_SETTINGS).map(([key, { schema }]) => [key, one(schema)])) as unknown as Effective,
  { description: 'Key by key the nearest place wins. What is not here is left to the agent itself.' },
);

export const UnitSettings = Type.Object({ own: OwnSettings, effective }, { $id: 'UnitSettings' });
export type UnitSettings = Static<typeof UnitSettings>;

export const DeviceSettingsView = Type.Object(
  {
    device: DeviceId,
    own: OwnSettings,
    effective,
    version: Nullable(Type.Integer({ description: 'Version of the configuration the device was given; null = never any.' })),
    inForce: Nullable(
      Type.Boolean({ description: 'Whether the device says that this version is in force; null = it was never given any.' }),
    ),
  },
  { $id: 'DeviceSettings' },
);
export type DeviceSettingsView = Static<typeof DeviceSettingsView>;
