import { Type } from 'typebox';
import type { Ledger, Scope } from '../ledger/index.ts';
import { defineSettings } from '../runtime/settings.ts';
import { provisioningFail } from './errors.ts';
import { unitByCode } from './token/command.ts';

/** Flags that name a unit or a device. */
export const scopeSettings = defineSettings({
  unit: {
    schema: Type.String({ minLength: 1 }),
    optional: true,
    help: { en: 'Code of a unit: it and everything under it.', vi: 'Mã đơn vị: đơn vị đó và mọi thứ bên dưới.' },
    allowed: 'the code of a unit',
  },
  device: {
    schema: Type.String({ minLength: 1 }),
    optional: true,
    help: { en: 'Id of one device.', vi: 'Mã của một thiết bị.' },
    allowed: 'the id of a device',
  },
});

/** @throws LabwatchError COMMAND_SCOPE, UNIT_NOT_FOUND, DEVICE_UNKNOWN */
export async function scopeOf(
  ledger: Ledger,
  given: { readonly unit: string | undefined; readonly device: string | undefined },
): Promise<Scope> {
  const { unit, device } = given;
  if ((unit === undefined) === (device === undefined)) throw provisioningFail('COMMAND_SCOPE');
  if (unit !== undefined) return { unit: (await unitByCode(ledger, unit)).id };
  if ((await ledger.devices.byId(device!)) === undefined) throw provisioningFail('DEVICE_UNKNOWN', { id: device! });
  return { device: device! };
}

/** How a person calls the place: the names of a unit from the root, or the name of a device. */
export async function scopeText(ledger: Ledger, scope: Scope): Promise<string> {
  if ('unit' in scope) return (await ledger.units.byId(scope.unit))?.path.map(({ name }) => name).join(' > ') ?? scope.unit;
  return (await ledger.devices.byId(scope.device))?.name ?? scope.device;
}
