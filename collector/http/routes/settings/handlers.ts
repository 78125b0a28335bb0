import type { EffectiveSettings, Id, Scope } from '../../../../ledger/index.ts';
import type { HttpContext } from '../../context.ts';
import { ProblemError } from '../../problems.ts';
import type { DeviceSettingsView, OwnSettings, UnitSettings } from '../../schemas/settings.ts';

const unknown = (scope: Scope): ProblemError => new ProblemError('unit' in scope ? 'UNIT_UNKNOWN' : 'DEVICE_UNKNOWN');

async function placeOf({ ledger }: HttpContext, from: Scope) {
  if ('unit' in from) return { kind: 'unit', id: from.unit, name: (await ledger.units.byId(from.unit))?.name ?? '' } as const;
  return { kind: 'device', id: from.device, name: (await ledger.devices.byId(from.device))?.name ?? '' } as const;
}

/** With the names of the places for a person. @throws ProblemError UNIT_UNKNOWN, DEVICE_UNKNOWN */
async function effectiveView(context: HttpContext, scope: Scope): Promise<UnitSettings['effective']> {
  const effective: EffectiveSettings | undefined = await context.ledger.settings.effective(scope);
  if (effective === undefined) throw unknown(scope);
  const entries = Object.entries(effective).map(async ([key, { value, from }]) => [key, { value, from: await placeOf(context, from) }]);
  return Object.fromEntries(await Promise.all(entries)) as UnitSettings['effective'];
}

export async function unitSettings(context: HttpContext, unit: Id): Promise<UnitSettings> {
  const effective = await effectiveView(context, { unit });
  return { own: await context.ledger.settings.own({ unit }), effective };
}

export async function deviceSettings(context: HttpContext, device: Id): Promise<DeviceSettingsView> {
  const effective = await effectiveView(context, { device });
  const { settings } = context.ledger;
  const { version, confirmed } = await settings.issued(device);
  const given = version > 0;
  return {
    device,
    own: await settings.own({ device }),
    effective,
    version: given ? version : null,
    inForce: given ? confirmed === version : null,
  };
}

/** @throws ProblemError UNIT_UNKNOWN, DEVICE_UNKNOWN */
export async function changeSettings(context: HttpContext, scope: Scope, own: OwnSettings, who: string): Promise<void> {
  if (!(await context.ledger.settings.save(scope, own, { at: context.clock.now(), who }))) throw unknown(scope);
  context.ordered?.();
}
