import { openHome } from '../runtime/home.ts';
import type { Command } from '../runtime/command.ts';
import { untilSignal } from '../runtime/lifecycle.ts';
import { createLog } from '../runtime/log.ts';
import { Metrics } from '../runtime/metrics.ts';
import { loadSettings, settingsHelp } from '../runtime/settings.ts';
import { openLedger } from '../ledger/index.ts';
import { AedesBroker, type Broker, type BrokerOptions } from './broker.ts';
import { brokerSettings } from './settings.ts';

export { brokerSettings } from './settings.ts';
export { brokerErrors } from './errors.ts';
export type { Addresses, Broker, BrokerOptions } from './broker.ts';
export type { EmbeddedBroker } from './sessions/embedded.ts';

/** Nothing happens before start(). */
export function createBroker(options: BrokerOptions): Broker {
  return new AedesBroker(options);
}

const SUMMARY = {
  en: 'run the MQTT broker alone: who may connect and what they may say',
  vi: 'chạy riêng broker MQTT: ai được kết nối và được nói gì',
} as const;

const HELP = {
  en: (settings: string) => `labwatch broker: ${SUMMARY.en}

Usage: labwatch broker [settings]

Devices log in with their id (user name and client id) and secret. Listeners with TLS open when
the data folder holds tls/server.key and tls/server.crt.

Settings (flag, or environment: --mqtt-port is LABWATCH_MQTT_PORT, or [broker] in the file):
${settings}`,
  vi: (settings: string) => `labwatch broker: ${SUMMARY.vi}

Cách dùng: labwatch broker [thiết lập]

Thiết bị đăng nhập bằng mã của nó (vừa là tên đăng nhập vừa là mã máy khách) và mật khẩu được cấp.
Các cổng TLS chỉ mở khi thư mục dữ liệu có tls/server.key và tls/server.crt.

Thiết lập (cờ, hoặc biến môi trường: --mqtt-port là LABWATCH_MQTT_PORT, hoặc mục [broker] trong tệp):
${settings}`,
} as const;

async function run(argv: readonly string[]): Promise<number> {
  const { values } = loadSettings(brokerSettings, { argv, env: process.env, sections: ['labwatch', 'broker'] });
  const home = openHome(values.home);
  const log = createLog({ level: values.logLevel, format: values.logFormat, program: 'broker' });
  const stopped = untilSignal();
  const ledger = await openLedger(home);
  try {
    const broker = createBroker({ settings: { ...values, home }, ledger, log, metrics: new Metrics() });
    await broker.start();
    const signal = await stopped;
    log.info({ signal }, 'stopping');
    await broker.stop();
  } finally {
    await ledger.close();
  }
  return 0;
}

export const brokerCommand: Command = {
  name: 'broker',
  summary: SUMMARY,
  help: (language) => HELP[language](settingsHelp(brokerSettings, language)),
  run,
};
