import type { UnitNode } from '../../api/types.ts';

export interface UnitOption {
  readonly id: string;
  readonly name: string;
  readonly depth: number;
  readonly devices: number;
}

const collator = new Intl.Collator('vi', { numeric: true });

/**
 * The tree in reading order: children under their parent, by name. Units without devices are left out, seats too: a
 * list of forty seats helps nobody choose. A unit whose parent is not there (the reader may not see it) counts as a root.
 */
export function unitOptions(units: readonly UnitNode[]): UnitOption[] {
  const known = new Set(units.map((unit) => unit.id));
  const children = new Map<string | null, UnitNode[]>();
  for (const unit of units) {
    const parent = unit.parent !== null && known.has(unit.parent) ? unit.parent : null;
    children.set(parent, [...(children.get(parent) ?? []), unit]);
  }
  const options: UnitOption[] = [];
  const walk = (parent: string | null, depth: number) => {
    const used = (children.get(parent) ?? []).filter((unit) => unit.devices > 0 && unit.kind !== 'seat');
    for (const { id, name, devices } of used.sort((a, b) => collator.compare(a.name, b.name))) {
      options.push({ id, name, depth, devices });
      walk(id, depth + 1);
    }
  };
  walk(null, 0);
  return options;
}
