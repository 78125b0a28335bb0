import type { UnitPlace } from '../../ledger/index.ts';
import { KIND_TEXT } from '../texts.ts';

/** A tree for people: `├─ Trường A  [TH-01]  trường`. Places come parents before children, as the ledger lists them. */
export function treeText(places: readonly UnitPlace[], language: 'en' | 'vi'): string {
  const ids = new Set(places.map(({ id }) => id));
  const isRoot = (place: UnitPlace): boolean => place.parent === null || !ids.has(place.parent);
  const lastChild = new Map<string | null, string>();
  for (const place of places) if (!isRoot(place)) lastChild.set(place.parent, place.id);
  // What stands before the children of a unit that is shown already.
  const indent = new Map<string, string>();
  return places
    .map((place) => {
      const label = `${place.name}  [${place.code}]  ${KIND_TEXT[place.kind][language]}${place.zone === null ? '' : `  ${place.zone}`}`;
      if (isRoot(place)) {
        indent.set(place.id, '');
        return label;
      }
      const before = indent.get(place.parent!) ?? '';
      const last = lastChild.get(place.parent) === place.id;
      indent.set(place.id, `${before}${last ? '   ' : '│  '}`);
      return `${before}${last ? '└─ ' : '├─ '}${label}`;
    })
    .join('\n');
}
