import { Value } from 'typebox/value';
import { Zone } from '../../protocol/text.ts';

/**
 * The zone of this machine by a name the contract takes. An offset, which is no name (TZ=GMT+7 gives `+07:00`), becomes IANA's
 * name for whole hours, whose sign is the other way round (`Etc/GMT-7`); what cannot be named is UTC.
 */
export function zoneName(id: string): string {
  if (Value.Check(Zone, id)) return id;
  const [, sign, hours] = /^([+-])(\d{2}):00$/.exec(id) ?? [];
  return sign === undefined ? 'UTC' : `Etc/GMT${sign === '+' ? '-' : '+'}${Number(hours)}`;
}
