import type { Id, Ledger } from '../ledger/index.ts';

/** Code of the room that this machine is put into on a fresh installation. */
export const LOCAL_ROOM = 'local-room-1';

/**
 * A small tree for the first look on a fresh machine: one school, one room. When there are units already nothing is
 * added.
 * @returns the unit for this machine: the room made for it if it is still there, else the first room, else the first unit
 */
export async function ensureLocalSchool(ledger: Pick<Ledger, 'units'>): Promise<{ unit: Id }> {
  const own = await ledger.units.byCode(LOCAL_ROOM);
  if (own !== undefined) return { unit: own.id };
  let units = await ledger.units.list();
  if (units.length === 0) {
    await ledger.units.import([
      { code: 'local-school', kind: 'school', name: 'Trường thử nghiệm', parentCode: null, zone: null },
      { code: LOCAL_ROOM, kind: 'room', name: 'Phòng máy 1', parentCode: 'local-school', zone: null },
    ]);
    units = await ledger.units.list();
  }
  return { unit: (units.find(({ code }) => code === LOCAL_ROOM) ?? units.find(({ kind }) => kind === 'room') ?? units[0]!).id };
}
