import type { Ledger, User } from '../../ledger/index.ts';
import { provisioningFail } from '../errors.ts';

/** A user by name, in whatever case and Unicode form it was typed. @throws LabwatchError USER_NOT_FOUND */
export async function findUser(ledger: Pick<Ledger, 'users'>, name: string): Promise<User> {
  const wanted = name.normalize('NFC').toLowerCase();
  const user = (await ledger.users.list()).find((each) => each.name.toLowerCase() === wanted);
  if (user === undefined) throw provisioningFail('USER_NOT_FOUND', { name });
  return user;
}
