import { ledgerFail } from './errors.ts';
import { UNIT_KINDS, type Id, type Unit, type UnitKind, type UnitPlace } from './records.ts';

export const DEFAULT_ZONE = 'Asia/Ho_Chi_Minh';

export interface UnitImportRow extends Omit<Unit, 'id' | 'parent'> {
  readonly parentCode: string | null;
}

/** What an import comes to: units to add, parents first, and units to change. Parents are still codes. */
export interface UnitPlan {
  readonly added: readonly UnitImportRow[];
  readonly changed: readonly UnitImportRow[];
}

const knownZones = new Map<string, boolean>();

/** An IANA zone that this machine knows; offsets such as +07:00 are not names. */
export function isZone(zone: string): boolean {
  let known = knownZones.get(zone);
  if (known === undefined) {
    try {
      known = /^[A-Za-z]/.test(zone) && new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone !== '';
    } catch {
      known = false;
    }
    if (knownZones.size < 1000) knownZones.set(zone, known);
  }
  return known;
}

function checkRow(unit: UnitImportRow, row: number): void {
  const { code, kind, name, zone } = unit;
  if (code.length === 0 || code.length > 64 || code.trim() !== code || /\p{C}/u.test(code))
    throw ledgerFail('UNIT_BAD_CODE', { row, code });
  if (name.trim() === '' || name.length > 200 || /\p{C}/u.test(name)) throw ledgerFail('UNIT_BAD_NAME', { row, code });
  if (!(UNIT_KINDS as readonly string[]).includes(kind)) throw ledgerFail('UNIT_BAD_KIND', { row, kind, allowed: UNIT_KINDS.join(', ') });
  if (zone !== null && !isZone(zone)) throw ledgerFail('UNIT_BAD_ZONE', { row, zone });
}

function index(rows: readonly UnitImportRow[]): Map<string, number> {
  const rowOf = new Map<string, number>();
  for (const [i, unit] of rows.entries()) {
    checkRow(unit, i + 1);
    const earlier = rowOf.get(unit.code);
    if (earlier !== undefined) throw ledgerFail('UNIT_DUPLICATE_CODE', { row: i + 1, code: unit.code, earlier: earlier + 1 });
    rowOf.set(unit.code, i);
  }
  return rowOf;
}

/** The codes from `code` upwards until they repeat, for the message about a cycle. */
function loopText(code: string, parentOf: (code: string) => string | null): string {
  const loop = [code];
  for (let at = parentOf(code); at !== null && at !== code && loop.length < 20; at = parentOf(at)) loop.push(at);
  return [...loop, code].join(' > ');
}

/**
 * Puts rows in an order in which parents come before children and compares them with what is there. Pure.
 * @throws LabwatchError UNIT_… with `row` counted from 1
 */
export function planImport(rows: readonly UnitImportRow[], existing: ReadonlyMap<string, UnitImportRow>): UnitPlan {
  const rowOf = index(rows);
  const parentOf = (code: string): string | null => {
    const row = rowOf.get(code);
    return (row === undefined ? existing.get(code) : rows[row])?.parentCode ?? null;
  };
  const added: UnitImportRow[] = [];
  const changed: UnitImportRow[] = [];
  const settled = new Set<string>();
  const settle = (start: number): void => {
    // Upwards to the first unit that is settled; then downwards again, so that parents come first. No recursion: depth is free.
    const chain: string[] = [];
    const seen = new Set<string>();
    for (let code: string | null = rows[start]!.code; code !== null && !settled.has(code); code = parentOf(code)) {
      if (seen.has(code)) throw ledgerFail('UNIT_CYCLE', { row: (rowOf.get(code) ?? start) + 1, code, loop: loopText(code, parentOf) });
      if (!rowOf.has(code) && !existing.has(code)) {
        const child = chain.at(-1)!;
        throw ledgerFail('UNIT_UNKNOWN_PARENT', { row: rowOf.get(child)! + 1, code: child, parent: code });
      }
      seen.add(code);
      chain.push(code);
    }
    for (const code of chain.toReversed()) {
      settled.add(code);
      const row = rowOf.get(code);
      if (row === undefined) continue;
      const before = existing.get(code);
      if (before === undefined) added.push(rows[row]!);
      else if (!sameUnit(before, rows[row]!)) changed.push(rows[row]!);
    }
  };
  for (let i = 0; i < rows.length; i++) settle(i);
  return { added, changed };
}

function sameUnit(a: UnitImportRow, b: UnitImportRow): boolean {
  return a.kind === b.kind && a.name === b.name && a.zone === b.zone && a.parentCode === b.parentCode;
}

/** From the unit itself up to its root. */
export function placeFrom(chain: readonly Unit[]): UnitPlace {
  const [unit] = chain;
  if (unit === undefined) throw new Error('a place needs a unit');
  return {
    id: unit.id,
    code: unit.code,
    kind: unit.kind,
    name: unit.name,
    parent: unit.parent,
    zone: unit.zone,
    path: chain.toReversed().map(({ id, code, kind, name }) => ({ id, code, kind, name })),
    effectiveZone: chain.find((one) => one.zone !== null)?.zone ?? DEFAULT_ZONE,
  };
}

/** All places, parents before children, siblings by name with numbers counted ("Phòng 2" before "Phòng 10"). */
export function placesOf(units: readonly Unit[]): UnitPlace[] {
  const collator = new Intl.Collator('vi', { numeric: true });
  const children = new Map<Id | null, Unit[]>();
  for (const unit of units) {
    const siblings = children.get(unit.parent);
    if (siblings === undefined) children.set(unit.parent, [unit]);
    else siblings.push(unit);
  }
  const places: UnitPlace[] = [];
  const open: { unit: Unit; above: UnitPlace | undefined }[] = [];
  const push = (parent: Id | null, above: UnitPlace | undefined): void => {
    const siblings = children.get(parent) ?? [];
    // Backwards, because the last one pushed is the next one taken.
    for (const unit of siblings.sort((a, b) => collator.compare(b.name, a.name) || collator.compare(b.code, a.code)))
      open.push({ unit, above });
  };
  push(null, undefined);
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { unit, above } = next;
    const place: UnitPlace = {
      ...unit,
      path: [...(above?.path ?? []), { id: unit.id, code: unit.code, kind: unit.kind, name: unit.name }],
      effectiveZone: unit.zone ?? above?.effectiveZone ?? DEFAULT_ZONE,
    };
    places.push(place);
    push(unit.id, place);
  }
  return places;
}

export const asKind = (kind: string): UnitKind => kind as UnitKind;
