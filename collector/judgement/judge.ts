import type { Device, DeviceState, Instant } from '../../ledger/index.ts';
import { antivirusOf, type AntivirusView } from './antivirus.ts';
import { connectionOf, useOf, type Connection, type UseView } from './connection.ts';
import { RULES } from './rules/index.ts';
import { SEVERITIES, type Trouble } from './subject.ts';

export interface Judgement {
  readonly connection: Connection;
  readonly use: UseView;
  readonly antivirus: AntivirusView;
  /** Worst first. */
  readonly troubles: readonly Trouble[];
}

/** What is to be said of a device now. Pure. A revoked device, or one never heard, has no troubles of its own. */
export function judge(device: Device, state: DeviceState, now: Instant): Judgement {
  const connection = connectionOf(device, state, now);
  const antivirus = antivirusOf(state.security, Math.min(now, state.lastSeen ?? now));
  const known = connection !== 'revoked' && connection !== 'never';
  const subject = { device, state, now, connection, antivirus };
  const troubles = known ? RULES.map((rule) => rule.check(subject)).filter((trouble) => trouble !== undefined) : [];
  return {
    connection,
    use: useOf(connection, state, now),
    antivirus,
    troubles: troubles.toSorted((a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity)),
  };
}
