import type { DeviceClass, Role, UnitKind } from '../ledger/index.ts';

type Text = { readonly en: string; readonly vi: string };

/** Kinds of units as people call them. */
export const KIND_TEXT: Readonly<Record<UnitKind, Text>> = {
  province: { en: 'province', vi: 'tỉnh' },
  department: { en: 'department', vi: 'sở' },
  commune: { en: 'commune', vi: 'xã' },
  school: { en: 'school', vi: 'trường' },
  site: { en: 'site', vi: 'điểm trường' },
  room: { en: 'room', vi: 'phòng' },
  seat: { en: 'seat', vi: 'chỗ' },
};

export const CLASS_TEXT: Readonly<Record<DeviceClass, Text>> = {
  'pc-student': { en: "pupil's PC", vi: 'máy học sinh' },
  'pc-teacher': { en: "teacher's PC", vi: 'máy giáo viên' },
  'pc-office': { en: 'office PC', vi: 'máy văn phòng' },
  server: { en: 'server', vi: 'máy chủ' },
  tv: { en: 'TV', vi: 'ti vi' },
  board: { en: 'interactive board', vi: 'bảng tương tác' },
  projector: { en: 'projector', vi: 'máy chiếu' },
  other: { en: 'other', vi: 'khác' },
};

export const ROLE_TEXT: Readonly<Record<Role, Text>> = {
  admin: { en: 'administrator', vi: 'quản trị' },
  viewer: { en: 'viewer', vi: 'xem' },
};
