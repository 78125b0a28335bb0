import { Type, type Static } from 'typebox';
import { ROLES } from '../../../ledger/index.ts';

export const Login = Type.Object(
  { name: Type.String({ minLength: 1, maxLength: 64 }), password: Type.String({ minLength: 1, maxLength: 200 }) },
  { $id: 'Login' },
);
export type Login = Static<typeof Login>;

/** Who is logged in. With `mustChangePassword` everything but this resource answers 403 PASSWORD_CHANGE_NEEDED for a browser session's writes; reading works. */
export const Session = Type.Object(
  {
    user: Type.Object({ name: Type.String(), role: Type.Enum(ROLES as unknown as [...typeof ROLES]), mustChangePassword: Type.Boolean() }),
  },
  { $id: 'Session' },
);
export type Session = Static<typeof Session>;

export const PasswordChange = Type.Object(
  { current: Type.String({ minLength: 1, maxLength: 200 }), next: Type.String({ minLength: 10, maxLength: 200 }) },
  { $id: 'PasswordChange' },
);
export type PasswordChange = Static<typeof PasswordChange>;
