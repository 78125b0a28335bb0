import { Type } from 'typebox';
import { commonSettings, portSetting } from '../runtime/common-settings.ts';
import { defineSettings, type Values } from '../runtime/settings.ts';

const host = { schema: Type.String({ minLength: 1, maxLength: 255 }), allowed: 'an IP address or host name of this machine' };
const count = (fallback: number, maximum: number, allowed: string, en: string, vi: string) =>
  ({ schema: Type.Integer({ minimum: 1, maximum }), default: fallback, help: { en, vi }, allowed }) as const;

/**
 * What the broker understands. Rates: an outbox of 30 days is 8,640 reports; at 100 a second after a burst of 2,000 it is
 * through in 67 s, well inside the patience of 120 s, so an agent that only catches up is slowed and never dropped.
 */
export const brokerSettings = defineSettings({
  ...commonSettings,
  mqttPort: portSetting(1883, 'MQTT without TLS.', 'Cổng MQTT không TLS.'),
  mqttsPort: portSetting(8883, 'MQTT over TLS.', 'Cổng MQTT qua TLS.'),
  wsPort: portSetting(8083, 'MQTT over WebSocket without TLS.', 'Cổng MQTT qua WebSocket, không TLS.'),
  wssPort: portSetting(8084, 'MQTT over secure WebSocket.', 'Cổng MQTT qua WebSocket bảo mật.'),
  listen: { ...host, default: '127.0.0.1', help: { en: 'Address of the TLS listeners.', vi: 'Địa chỉ mở các cổng TLS.' } },
  plainListen: {
    ...host,
    default: '127.0.0.1',
    help: { en: 'Address of the listeners without TLS.', vi: 'Địa chỉ mở các cổng không TLS.' },
  },
  insecurePlain: {
    schema: Type.Boolean(),
    default: false,
    help: { en: 'Let listeners without TLS leave loopback.', vi: 'Cho phép cổng không TLS mở ra ngoài máy này.' },
    allowed: 'true or false',
  },
  mqttMaxConnections: count(10_000, 1_000_000, 'a number from 1 to 1000000', 'Most connections at a time.', 'Số kết nối tối đa cùng lúc.'),
  mqttConnectRate: count(
    50,
    100_000,
    'connections a second, 1 to 100000',
    'New connections a second from one address.',
    'Số kết nối mới mỗi giây từ một địa chỉ.',
  ),
  mqttConnectBurst: count(
    1_000,
    1_000_000,
    'a number from 1 to 1000000',
    'New connections at once from one address (a school behind one router).',
    'Số kết nối mới dồn một lúc từ một địa chỉ (cả trường sau một bộ định tuyến).',
  ),
  mqttConnectTimeout: count(
    10,
    300,
    'seconds, 1 to 300',
    'Seconds a new connection has to log in.',
    'Số giây để một kết nối mới đăng nhập.',
  ),
  mqttMaxKeepAlive: count(
    600,
    65_535,
    'seconds, 1 to 65535',
    'Longest keep-alive a client may ask for, in seconds.',
    'Keep-alive dài nhất mà máy khách được xin, tính bằng giây.',
  ),
  mqttMaxPacket: count(65_536, 1_048_576, 'bytes, up to 1048576', 'Largest MQTT packet, in bytes.', 'Gói MQTT lớn nhất, tính bằng byte.'),
  mqttMessageRate: count(
    100,
    100_000,
    'packets a second, 1 to 100000',
    'Packets a second from one device.',
    'Số gói mỗi giây từ một thiết bị.',
  ),
  mqttMessageBurst: count(
    2_000,
    1_000_000,
    'a number from 1 to 1000000',
    'Packets at once from one device.',
    'Số gói dồn một lúc từ một thiết bị.',
  ),
  mqttMessagePatience: count(
    120,
    86_400,
    'seconds, 1 to 86400',
    'Seconds a device may stay over its rate, slowed, before it is dropped.',
    'Số giây một thiết bị được vượt tốc độ (bị làm chậm) trước khi bị ngắt.',
  ),
  mqttInflight: count(
    20,
    1_000,
    'a number from 1 to 1000',
    'Messages of one device that may wait to be stored.',
    'Số bản tin của một thiết bị được chờ lưu cùng lúc.',
  ),
  mqttSysInterval: count(
    10,
    3_600,
    'seconds, 1 to 3600',
    'Seconds between two publications of $SYS/broker topics.',
    'Số giây giữa hai lần đăng các chủ đề $SYS/broker.',
  ),
});

export type BrokerSettings = Values<typeof brokerSettings>;
