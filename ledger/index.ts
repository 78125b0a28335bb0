/** What labwatch knows. This is the only file of the ledger that others import. */
export type * from './owners.ts';
export type * from './records.ts';
export { DEVICE_CLASSES, ROLES, UNIT_KINDS } from './records.ts';
