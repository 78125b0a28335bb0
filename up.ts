import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Type } from 'typebox';
import { agentSettings, createAgent } from './agent/main.ts';
import { brokerSettings, createBroker } from './broker/main.ts';
import { collectorSettings, createCollector } from './collector/main.ts';
import { openLedger, type Ledger } from './ledger/index.ts';
import { ensureLocalSchool, ensureTls } from './provisioning/main.ts';
import { commonSettings } from './runtime/common-settings.ts';
import { cliLanguage, type Command } from './runtime/command.ts';
import { openHome } from './runtime/home.ts';
import { type Lifecycle, untilSignal } from './runtime/lifecycle.ts';
import { createLog } from './runtime/log.ts';
import { Metrics } from './runtime/metrics.ts';
import { defineSettings, loadSettings, settingsHelp } from './runtime/settings.ts';

const DAY_MS = 86_400_000;

/** Everything the programs under this roof take, and whether this machine is watched too. */
export const upSettings = defineSettings({
  ...agentSettings,
  ...brokerSettings,
  ...collectorSettings,
  ...commonSettings,
  agent: {
    schema: Type.Boolean(),
    default: true,
    help: { en: 'Watch this machine too.', vi: 'Theo dõi cả chính máy này.' },
    allowed: 'true or false',
  },
});

/** Whether the ledger knows the device this machine is. A ledger that was deleted or restored may not. */
async function isKnown(ledger: Ledger, path: string): Promise<boolean> {
  try {
    const { device } = JSON.parse(readFileSync(path, 'utf8')) as { device?: unknown };
    return typeof device === 'string' && (await ledger.devices.byId(device)) !== undefined;
  } catch {
    // There are none, or they cannot be read: the agent says what is wrong with them.
    return false;
  }
}

/** A token for this machine alone: one use, one hour. Only made when the ledger does not know this machine. */
async function tokenForThisMachine(ledger: Ledger, home: string): Promise<string | undefined> {
  if (await isKnown(ledger, join(home, 'agent', 'credentials.json'))) return undefined;
  const { unit } = await ensureLocalSchool(ledger);
  const at = Date.now();
  const { text } = await ledger.credentials.createToken({ unit, class: 'other', expiresAt: at + DAY_MS / 24, maxUses: 1, at });
  return text;
}

function welcome(url: string, password: string | undefined): string {
  const vi = cliLanguage() === 'vi';
  const login =
    password === undefined
      ? ''
      : vi
        ? `  tài khoản: admin  mật khẩu dùng một lần: ${password}`
        : `  user: admin  one-time password: ${password}`;
  return `labwatch: ${url}${login}`;
}

async function run(argv: readonly string[]): Promise<number> {
  const { values } = loadSettings(upSettings, { argv, env: process.env, sections: ['labwatch', 'broker', 'collector', 'agent'] });
  const home = openHome(values.home);
  const log = createLog({ level: values.logLevel, format: values.logFormat });
  // From the first moment: Ctrl-C while things are still starting stops them cleanly too.
  const stopped = untilSignal();
  const metrics = new Metrics();
  const running: Lifecycle[] = [];
  const begin = async <T extends Lifecycle>(part: T): Promise<T> => {
    running.unshift(part);
    await part.start();
    return part;
  };
  const ledger = await openLedger(home);
  try {
    const tls = await ensureTls(home, ['localhost', '127.0.0.1', '::1', values.listen]);
    const settings = { ...values, home };
    const broker = createBroker({ settings, ledger, log: log.child({ program: 'broker' }), metrics });
    const collector = createCollector({
      settings,
      ledger,
      log: log.child({ program: 'collector' }),
      metrics,
      broker: broker.embedded,
      brokerPorts: () => broker.addresses(),
      ca: tls.ca,
      tls,
    });
    // The collector first: the broker must not take a message that nobody stores.
    await begin(collector);
    await begin(broker);
    const url = `http://127.0.0.1:${collector.addresses().http ?? values.httpPort}`;
    process.stdout.write(`${welcome(url, collector.firstPassword())}\n`);
    if (values.agent) {
      const token = await tokenForThisMachine(ledger, home);
      const agent = createAgent({
        settings: { ...settings, server: url, ...(token === undefined ? {} : { token }) },
        log: log.child({ program: 'agent' }),
        brokerUrl: `mqtt://127.0.0.1:${broker.addresses().mqtt ?? values.mqttPort}`,
      });
      await begin(agent);
    }
    await stopped;
    log.info({ program: 'up' }, 'stopping');
    return 0;
  } finally {
    for (const part of running) await part.stop();
    await ledger.close();
  }
}

/** `labwatch up`: broker, collector, console and an agent for this machine, in one process. */
export const upCommand: Command = {
  name: 'up',
  summary: {
    en: 'broker, collector, console and an agent for this machine, in one process',
    vi: 'chạy broker, bộ thu, trang quản lý và tác nhân cho máy này, trong một tiến trình',
  },
  help: (language) =>
    [
      language === 'vi' ? 'Cách dùng: labwatch up [tùy chọn]' : 'Usage: labwatch up [options]',
      '',
      language === 'vi' ? 'Thiết lập:' : 'Settings (flag, or LABWATCH_* in the environment, or a TOML file):',
      settingsHelp(upSettings, language),
    ].join('\n'),
  run,
};
