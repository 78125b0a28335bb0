import { Type } from 'typebox';
import { defineSettings } from '../../runtime/settings.ts';
import { action, jsonSetting, placeSettings, withLedger } from '../group.ts';
import { findUser } from './find-user.ts';

const DAY_MS = 86_400_000;

const settings = defineSettings({
  label: {
    schema: Type.String({ minLength: 1, maxLength: 80 }),
    default: 'cli',
    help: { en: 'What the token is for.', vi: 'Mã dùng để làm gì.' },
    allowed: 'a label of at most 80 characters',
  },
  days: {
    schema: Type.Integer({ minimum: 1, maximum: 3650 }),
    default: 365,
    help: { en: 'Days it is valid.', vi: 'Số ngày có hiệu lực.' },
    allowed: 'a number from 1 to 3650',
  },
  ...jsonSetting,
  ...placeSettings,
});

/** `labwatch user token <name>`: a bearer token with which a program does what that user may do. */
export const apiToken = action({
  name: 'token',
  summary: { en: 'make an API token for a program; shown once', vi: 'tạo mã API cho chương trình khác; chỉ hiện một lần' },
  words: ['<name>'],
  settings,
  run: ({ values, words, terminal }) =>
    withLedger(values.home, async (ledger) => {
      const user = await findUser(ledger, words[0]!);
      const at = terminal.now();
      const expiresAt = at + values.days * DAY_MS;
      const token = await ledger.users.createApiToken(user.id, values.label, at, expiresAt);
      await ledger.audit.write({ at, who: 'cli', what: 'api-token-created', subject: `${user.name} ${values.label}` });
      if (values.json) {
        terminal.say(JSON.stringify({ user: user.name, token, expiresAt: new Date(expiresAt).toISOString() }));
        return 0;
      }
      terminal.say(token);
      terminal.note(
        terminal.language === 'vi'
          ? 'Gửi kèm mỗi yêu cầu: Authorization: Bearer <mã>. Mã chỉ hiện một lần; đổi mật khẩu của người này sẽ hủy mã.'
          : 'Send it with each request: Authorization: Bearer <token>. It is shown once; a new password of this user ends it.',
      );
      return 0;
    }),
});
