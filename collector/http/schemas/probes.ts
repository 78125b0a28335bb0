import { Type, type Static } from 'typebox';

export const Alive = Type.Object({ status: Type.Literal('alive') }, { $id: 'Alive' });

/** 200 when every part is ready, else 503. */
export const Readiness = Type.Object(
  {
    ready: Type.Boolean(),
    checks: Type.Array(Type.Object({ name: Type.String(), ready: Type.Boolean(), reason: Type.String() })),
  },
  { $id: 'Readiness' },
);
export type Readiness = Static<typeof Readiness>;
