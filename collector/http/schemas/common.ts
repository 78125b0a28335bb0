import { Type, type Static, type TSchema } from 'typebox';

/** RFC 3339 with offset, e.g. 2026-11-21T08:15:00+07:00, in the unit's zone. */
export const DateTime = Type.String({ format: 'date-time', description: 'RFC 3339 with offset, in the zone of the unit.' });
export const DeviceId = Type.String({ pattern: '^[a-z0-9]{26}$' });
/** Text for people in both languages; the console picks one. */
export const Text = Type.Object({ vi: Type.String(), en: Type.String() });
export const Nullable = <S extends TSchema>(schema: S) => Type.Union([schema, Type.Null()]);
/** A page of a list; `next` goes back as `cursor`. */
export const Page = <S extends TSchema>(item: S, $id: string) =>
  Type.Object({ items: Type.Array(item), next: Nullable(Type.String()) }, { $id });

/** RFC 9457 problem details with a stable `code`. */
export const Problem = Type.Object(
  {
    type: Type.String(),
    title: Type.String(),
    status: Type.Integer(),
    code: Type.String({ description: 'Stable code; see docs/http-api.md.' }),
    detail: Type.Optional(Type.String()),
    text: Type.Optional(Text),
  },
  { $id: 'Problem' },
);
export type Problem = Static<typeof Problem>;
