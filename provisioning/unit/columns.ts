import { fold, UNIT_KINDS, type UnitKind } from '../../ledger/index.ts';

export const COLUMNS = ['code', 'kind', 'name', 'parent', 'zone'] as const;
export type Column = (typeof COLUMNS)[number];

/** Names of columns as people write them, without marks and capitals. */
const COLUMN_NAMES: Readonly<Record<Column, readonly string[]>> = {
  code: ['code', 'ma', 'ma don vi'],
  kind: ['kind', 'type', 'loai', 'loai don vi', 'cap'],
  name: ['name', 'ten', 'ten don vi'],
  parent: ['parent', 'parent code', 'thuoc', 'truc thuoc', 'ma cap tren', 'don vi cap tren', 'thuoc ma'],
  zone: ['zone', 'time zone', 'timezone', 'mui gio'],
};

/** Names of kinds as people write them. A room is also a laboratory, a seat also a machine. */
const KIND_NAMES: Readonly<Record<UnitKind, readonly string[]>> = {
  province: ['province', 'city', 'tinh', 'thanh pho', 'tinh/thanh pho'],
  department: ['department', 'so', 'so gd&dt', 'so gddt', 'so giao duc va dao tao'],
  commune: ['commune', 'ward', 'xa', 'phuong', 'xa/phuong', 'dac khu'],
  school: ['school', 'truong', 'truong hoc'],
  site: ['site', 'diem truong', 'co so', 'phan hieu'],
  room: ['room', 'lab', 'phong', 'phong may', 'phong hoc'],
  seat: ['seat', 'may', 'cho', 'may/cho', 'cho ngoi', 'vi tri'],
};

const plain = (text: string): string => fold(text).trim().replaceAll(/\s+/g, ' ');

function index<K extends string>(names: Readonly<Record<K, readonly string[]>>): Map<string, K> {
  return new Map((Object.entries(names) as [K, readonly string[]][]).flatMap(([key, texts]) => texts.map((text) => [text, key] as const)));
}

const columnByName = index(COLUMN_NAMES);
const kindByName = index(KIND_NAMES);

export const columnOf = (header: string): Column | undefined => columnByName.get(plain(header));
export const kindOf = (text: string): UnitKind | undefined => kindByName.get(plain(text));

/** What may stand in the column, for a message: `province (tỉnh), …` without the aliases. */
export const kindsAllowed = (text: Readonly<Record<UnitKind, { vi: string }>>): string =>
  UNIT_KINDS.map((kind) => `${kind} (${text[kind].vi})`).join(', ');
