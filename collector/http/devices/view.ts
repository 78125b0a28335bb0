import type { Device, DeviceState, UnitPlace } from '../../../ledger/index.ts';
import { judge } from '../../judgement/judge.ts';
import { ENVELOPE_KEYS, type DeviceDetail, type DeviceSummary, type UnitRef } from '../schemas/device.ts';
import { rfc3339, rfc3339OrNull } from '../time.ts';

/** A device with all that is known of it. */
export interface Known {
  readonly device: Device;
  readonly state: DeviceState;
  readonly place: UnitPlace;
}

const refOf = ({ id, kind, name }: UnitRef): UnitRef => ({ id, kind, name });

/** One line of the list, times in the zone of the unit. Pure. */
export function summaryOf({ device, state, place }: Known, now: number): DeviceSummary {
  const zone = place.effectiveZone;
  const { connection, use, antivirus, troubles } = judge(device, state, now);
  const metrics = state.metrics ?? {};
  return {
    id: device.id,
    name: device.name,
    class: device.class,
    unit: refOf(place),
    path: place.path.map(refOf),
    state: connection,
    lastSeen: rfc3339OrNull(state.lastSeen, zone),
    use: { state: use, session: state.session },
    latest: {
      // A window ends with its last minute, which may not be over yet.
      at: rfc3339OrNull(state.reportAt === null ? null : Math.min(state.reportAt, state.lastSeen ?? state.reportAt), zone),
      cpu: metrics.cpu?.mean ?? null,
      memory: metrics.memory?.mean ?? null,
      disk: metrics.disk ?? null,
      temperature: metrics.temperature?.mean ?? null,
    },
    antivirus: { verdict: antivirus.verdict, product: antivirus.product, definitionsAgeDays: antivirus.definitionsAgeDays },
    troubles: troubles.map(({ code, severity, what, advice, since }) => ({
      code,
      severity,
      what,
      advice,
      since: rfc3339OrNull(since, zone),
    })),
  };
}

const ENVELOPE: ReadonlySet<string> = new Set(ENVELOPE_KEYS);

function part<T extends object, D>(at: number | null, message: T | null, zone: string): { at: string; data: D } | null {
  if (at === null || message === null) return null;
  return { at: rfc3339(at, zone), data: Object.fromEntries(Object.entries(message).filter(([key]) => !ENVELOPE.has(key))) as D };
}

type Data<K extends 'birth' | 'inventory' | 'security'> = NonNullable<DeviceDetail[K]>['data'];

/** Everything of one device. Pure. */
export function detailOf(known: Known, now: number): DeviceDetail {
  const { device, state, place } = known;
  const zone = place.effectiveZone;
  return {
    ...summaryOf(known, now),
    zone,
    enrolledAt: rfc3339(device.enrolledAt, zone),
    clonedFrom: device.clonedFrom,
    clockErrorSeconds: state.skew === null ? null : Math.round(state.skew / 1000),
    metrics: state.metrics,
    birth: part<object, Data<'birth'>>(state.birthAt, state.birth, zone),
    inventory: part<object, Data<'inventory'>>(state.inventoryAt, state.inventory, zone),
    security: part<object, Data<'security'>>(state.securityAt, state.security, zone),
  };
}
