import { Type } from 'typebox';
import { defineSettings, type Values } from '../runtime/settings.ts';

const whole = (minimum: number, maximum: number) => Type.Integer({ minimum, maximum });

/** What the agent takes beside the common settings (`home`, `logLevel` …). */
export const agentSettings = defineSettings({
  server: {
    schema: Type.String({ minLength: 1 }),
    optional: true,
    help: { en: 'Address of the labwatch server, for enrolment.', vi: 'Địa chỉ máy chủ labwatch, dùng khi ghi danh.' },
    allowed: 'an address such as https://labwatch.example:8443',
  },
  ca: {
    schema: Type.String({ minLength: 1 }),
    optional: true,
    help: { en: 'File with the CA certificate of the server (PEM).', vi: 'Tệp chứng chỉ CA của máy chủ (PEM).' },
    allowed: 'a file',
  },
  token: {
    schema: Type.String({ minLength: 10, maxLength: 200 }),
    optional: true,
    secret: true,
    help: { en: 'Enrolment token.', vi: 'Mã ghi danh.' },
    allowed: 'a token of labwatch token create',
  },
  tokenFile: {
    schema: Type.String({ minLength: 1 }),
    optional: true,
    help: { en: 'File with the enrolment token.', vi: 'Tệp chứa mã ghi danh.' },
    allowed: 'a file',
  },
  seat: {
    schema: Type.String({ minLength: 1, maxLength: 80, pattern: '^[^\\p{C}/\\\\@]{1,80}$' }),
    optional: true,
    help: { en: 'Label of the seat, e.g. "Máy 07".', vi: 'Nhãn chỗ ngồi, ví dụ "Máy 07".' },
    allowed: 'a label of at most 80 characters without / \\ and @',
  },
  brokers: {
    schema: Type.String({ pattern: '^(mqtts?|wss?)://[^\\s,@]+(,(mqtts?|wss?)://[^\\s,@]+){0,7}$' }),
    optional: true,
    help: {
      en: 'Addresses of the broker, best first, instead of those the server told.',
      vi: 'Các địa chỉ broker, ưu tiên trước, thay cho địa chỉ máy chủ báo.',
    },
    allowed: 'addresses separated by commas, such as mqtts://labwatch.example:8883,wss://labwatch.example:8084',
  },
  proxy: {
    schema: Type.String({ minLength: 1, maxLength: 255, pattern: '^[^@]+$' }),
    optional: true,
    help: {
      en: 'Proxy (HTTP CONNECT) on the way to server and broker. Without it HTTPS_PROXY and NO_PROXY of the environment.',
      vi: 'Proxy (HTTP CONNECT) trên đường tới máy chủ và broker. Nếu không đặt: theo HTTPS_PROXY và NO_PROXY của môi trường.',
    },
    allowed: 'an address such as http://proxy.example:3128, or none',
  },
  proxyLogin: {
    schema: Type.String({ minLength: 3, maxLength: 255, pattern: '^[^:]+:.' }),
    optional: true,
    secret: true,
    help: { en: 'Login at the proxy.', vi: 'Tài khoản ở proxy.' },
    allowed: 'name:password',
  },
  insecurePlain: {
    schema: Type.Boolean(),
    default: false,
    help: {
      en: 'Allow unencrypted lines to and from other machines.',
      vi: 'Cho phép đường truyền không mã hóa với máy khác.',
    },
    allowed: 'true or false',
  },
  reportMinutes: {
    schema: whole(1, 5),
    default: 5,
    help: { en: 'Longest window of a report, in minutes.', vi: 'Số phút dài nhất của một báo cáo.' },
    allowed: 'a number from 1 to 5',
  },
  sampleSeconds: {
    schema: Type.Enum([5, 10, 15, 20, 30]),
    default: 20,
    help: { en: 'Seconds between two looks at the machine.', vi: 'Số giây giữa hai lần đo.' },
    allowed: '5, 10, 15, 20 or 30',
  },
  replayRate: {
    schema: whole(1, 500),
    default: 20,
    help: { en: 'Most messages a second when waiting reports are sent.', vi: 'Số bản tin tối đa mỗi giây khi gửi bù.' },
    allowed: 'a number from 1 to 500',
  },
  ackTimeoutSeconds: {
    schema: whole(1, 3600),
    default: 30,
    help: {
      en: 'Seconds to wait for an acknowledgement before a message is sent again.',
      vi: 'Số giây chờ xác nhận trước khi gửi lại.',
    },
    allowed: 'a number from 1 to 3600',
  },
  outboxDays: {
    schema: whole(1, 365),
    default: 30,
    help: { en: 'Days the outbox holds, at one message a minute.', vi: 'Số ngày hàng đợi giữ được, tính một bản tin mỗi phút.' },
    allowed: 'a number from 1 to 365',
  },
  outboxMegabytes: {
    schema: whole(1, 1024),
    default: 64,
    help: { en: 'Largest size of the messages in the outbox, in megabytes.', vi: 'Dung lượng tối đa của hàng đợi, tính bằng megabyte.' },
    allowed: 'a number from 1 to 1024',
  },
  update: {
    schema: Type.Enum(['on', 'off', 'metered-ok']),
    default: 'on',
    help: {
      en: 'Update by itself: on (over metered lines from neighbours only), off, metered-ok (over any line).',
      vi: 'Tự cập nhật: on (đường truyền tính tiền thì chỉ lấy từ máy bên cạnh), off (tắt), metered-ok (mọi đường truyền).',
    },
    allowed: 'on, off, metered-ok',
  },
  updateAfter: {
    schema: whole(0, 240),
    default: 10,
    help: {
      en: 'Minutes after a start until the first look for an update, spread over up to three times as many more.',
      vi: 'Số phút sau khi khởi động mới tìm bản cập nhật, cộng thêm ngẫu nhiên tối đa gấp ba lần.',
    },
    allowed: 'a number from 0 to 240',
  },
  releaseKey: {
    schema: Type.String({ minLength: 1 }),
    optional: true,
    help: {
      en: 'File with the public key of releases (PEM); default release-key.pem beside the executable. Without one nothing is updated.',
      vi: 'Tệp khóa công khai của các bản phát hành (PEM); mặc định là release-key.pem cạnh tệp chạy. Không có khóa thì không cập nhật.',
    },
    allowed: 'a file',
  },
  updateShare: {
    schema: Type.Boolean(),
    default: true,
    help: {
      en: 'Neighbours in the local network may fetch an update from this machine.',
      vi: 'Cho máy bên cạnh trong mạng nội bộ lấy bản cập nhật từ máy này.',
    },
    allowed: 'true or false',
  },
});

/** What `createAgent` needs: its own settings and the data folder. */
export type AgentSettings = Values<typeof agentSettings> & { readonly home: string };
