import { Type } from 'typebox';
import { commonSettings, portSetting } from '../runtime/common-settings.ts';
import { defineSettings } from '../runtime/settings.ts';

const text = Type.String({ minLength: 1 });

/** Where the time series go. Without a URL they stay in a file beside the ledger. */
const seriesSettings = defineSettings({
  influxUrl: {
    schema: Type.String({ pattern: '^https?://\\S+$' }),
    optional: true,
    help: {
      en: 'InfluxDB 1.x, 2.x or 3 to write to. Without it the series stay in $home/series.db.',
      vi: 'InfluxDB 1.x, 2.x hoặc 3 để ghi vào. Nếu không đặt, dữ liệu chuỗi nằm trong $home/series.db.',
    },
    allowed: 'an address such as http://127.0.0.1:8086, without a user name in it',
  },
  influxDb: {
    schema: Type.String({ pattern: '^[^\\s/"]{1,128}$' }),
    default: 'labwatch',
    help: { en: 'Database (1.x, 3) or mapped database (2.x).', vi: 'Cơ sở dữ liệu (1.x, 3) hoặc cơ sở dữ liệu ánh xạ (2.x).' },
    allowed: 'a name of at most 128 characters without spaces',
  },
  influxUser: {
    schema: text,
    optional: true,
    help: { en: 'User of InfluxDB 1.x.', vi: 'Người dùng của InfluxDB 1.x.' },
    allowed: 'a user name',
  },
  influxPassword: {
    schema: text,
    optional: true,
    secret: true,
    help: { en: 'Password of that user.', vi: 'Mật khẩu của người dùng đó.' },
    allowed: 'a password',
  },
  influxToken: {
    schema: text,
    optional: true,
    secret: true,
    help: { en: 'Token of InfluxDB 2.x or 3.', vi: 'Token của InfluxDB 2.x hoặc 3.' },
    allowed: 'a token',
  },
  seriesDays: {
    schema: Type.Integer({ minimum: 0, maximum: 36_500 }),
    default: 400,
    help: {
      en: 'Days the series in $home/series.db are kept; 0 keeps everything. InfluxDB has retention policies of its own.',
      vi: 'Số ngày giữ dữ liệu chuỗi trong $home/series.db; 0 là giữ mãi. InfluxDB có chính sách lưu riêng.',
    },
    allowed: 'a number of days, 0 for ever',
  },
});

/** How much may wait for a series store that does not answer. */
const spoolSettings = defineSettings({
  spoolMaxRows: {
    schema: Type.Integer({ minimum: 1 }),
    default: 20_000_000,
    help: { en: 'Most lines that wait for the series store.', vi: 'Số dòng tối đa chờ ghi vào kho chuỗi thời gian.' },
    allowed: 'a number from 1',
  },
  spoolMaxMb: {
    schema: Type.Integer({ minimum: 1 }),
    default: 8_192,
    help: { en: 'Most MiB of those lines.', vi: 'Dung lượng tối đa (MiB) của các dòng đó.' },
    allowed: 'a number of MiB from 1',
  },
  minFreeMb: {
    schema: Type.Integer({ minimum: 0 }),
    default: 256,
    help: {
      en: 'MiB that must stay free on the disk of the ledger; below it no report is taken.',
      vi: 'Số MiB phải còn trống trên ổ chứa sổ cái; dưới mức này không nhận báo cáo nữa.',
    },
    allowed: 'a number of MiB',
  },
});

/** Only for a collector in a process of its own. */
const mqttSettings = defineSettings({
  mqttUrl: {
    schema: Type.String({ pattern: '^(mqtt|mqtts|ws|wss)://\\S+$' }),
    default: 'mqtt://127.0.0.1:1883',
    help: { en: 'Broker to take messages from.', vi: 'Broker để nhận tin.' },
    allowed: 'an address such as mqtts://broker.example:8883, without a user name in it',
  },
  mqttUser: {
    schema: text,
    default: 'collector',
    help: { en: 'User name at the broker.', vi: 'Tên người dùng trên broker.' },
    allowed: 'a user name',
  },
  mqttPassword: {
    schema: text,
    optional: true,
    secret: true,
    help: {
      en: 'Password at the broker. Without it the secret in $home/service-secret, which the labwatch broker knows.',
      vi: 'Mật khẩu trên broker. Nếu không đặt, dùng khóa trong $home/service-secret mà broker labwatch biết.',
    },
    allowed: 'a password',
  },
  mqttCa: {
    schema: text,
    optional: true,
    help: { en: 'File with the CA to trust for mqtts:// and wss:// (PEM).', vi: 'Tệp CA tin cậy cho mqtts:// và wss:// (PEM).' },
    allowed: 'a file',
  },
  mqttShare: {
    schema: Type.String({ pattern: '^[A-Za-z0-9_-]{1,64}$' }),
    optional: true,
    help: {
      en: 'Name of a shared subscription (MQTT 5): several collectors divide the messages. Not for the labwatch broker.',
      vi: 'Tên đăng ký chia sẻ (MQTT 5): nhiều bộ thu chia nhau nhận tin. Không dùng với broker labwatch.',
    },
    allowed: 'letters, digits, - and _',
  },
  brokerUrl: {
    schema: Type.String({ pattern: '^(mqtt|mqtts|ws|wss)://[^\\s@,]+(,(mqtt|mqtts|ws|wss)://[^\\s@,]+){0,7}$' }),
    optional: true,
    help: {
      en: 'Addresses of the broker that newly enrolled devices are told, best first. Without it: over TLS the name they used for this server, else the address above.',
      vi: 'Các địa chỉ broker báo cho thiết bị mới ghi danh, ưu tiên trước. Nếu không đặt: qua TLS thì dùng tên máy chủ mà thiết bị đã gọi, nếu không thì địa chỉ ở trên.',
    },
    allowed: 'addresses separated by commas, such as mqtts://broker.example:8883,wss://broker.example:8084',
  },
});

/** Everything the collector takes. */
export const collectorSettings = defineSettings({
  httpPort: portSetting(8080, 'Console and API, plain, on 127.0.0.1 only.', 'Trang quản lý và API, không mã hóa, chỉ trên 127.0.0.1.'),
  httpsPort: portSetting(8443, 'Console and API over TLS.', 'Trang quản lý và API qua TLS.'),
  listen: {
    schema: text,
    default: '127.0.0.1',
    help: { en: 'Address the TLS listeners open on; 0.0.0.0 for all.', vi: 'Địa chỉ mở các cổng TLS; 0.0.0.0 là tất cả.' },
    allowed: 'an address of this machine',
  },
  clonesPerDay: {
    schema: Type.Integer({ minimum: 0, maximum: 10_000 }),
    default: 100,
    help: {
      en: 'New devices in 24 hours that copies of one disk image may become without a token; 0 = none.',
      vi: 'Số thiết bị mới mỗi 24 giờ được tự ghi danh từ bản sao của một ổ đĩa mà không cần mã; 0 là không cho.',
    },
    allowed: 'a number from 0 to 10000',
  },
  ...seriesSettings,
  ...spoolSettings,
  ...mqttSettings,
  ...commonSettings,
});
