import { resolve, join } from 'node:path';
import { cliLanguage } from '../../runtime/command.ts';
import { loadSettings } from '../../runtime/settings.ts';
import { type AgentStatus, readStatus } from '../core/status-file.ts';
import { readCredentials } from '../identity/credentials.ts';
import { ofInstalled } from './layout.ts';
import { onceSettings } from './once.ts';

/** The agent writes its status every minute; after that it is taken for dead. */
const STALE_MS = 180_000;

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Whether the agent that wrote this is alive and at work. */
export const isRunning = (status: AgentStatus | undefined): boolean =>
  status !== undefined && status.running && alive(status.pid) && Date.now() - status.at < STALE_MS;

const TEXT = {
  en: {
    running: 'running',
    stopped: 'not running',
    never: 'never ran with this folder',
    device: 'device',
    none: 'not enrolled',
    version: 'version',
    link: 'broker',
    links: {
      connected: 'connected',
      connecting: 'connecting',
      waiting: 'waiting to try again',
      stopped: 'stopped',
      enrolling: 'enrolling',
    },
    outbox: (waiting: number, dropped: number) => `outbox: ${waiting} waiting, ${dropped} dropped`,
    diskFull: ', DISK FULL',
    probe: (name: string, why: string | undefined) => `probe ${name}: ${why ?? 'failing'}`,
  },
  vi: {
    running: 'đang chạy',
    stopped: 'không chạy',
    never: 'chưa từng chạy với thư mục này',
    device: 'thiết bị',
    none: 'chưa ghi danh',
    version: 'phiên bản',
    link: 'broker',
    links: { connected: 'đã nối', connecting: 'đang nối', waiting: 'chờ nối lại', stopped: 'đã dừng', enrolling: 'đang ghi danh' },
    outbox: (waiting: number, dropped: number) => `hàng đợi: ${waiting} bản tin chờ gửi, ${dropped} đã bỏ`,
    diskFull: ', Ổ ĐĨA ĐẦY',
    probe: (name: string, why: string | undefined) => `bộ đo ${name}: ${why ?? 'đang lỗi'}`,
  },
} as const;

/** What `agent status` prints for a person. */
export function statusText(status: AgentStatus | undefined, running: boolean, device: string | undefined, language: 'en' | 'vi'): string {
  const text = TEXT[language];
  const lines = [`labwatch agent: ${status === undefined ? text.never : running ? text.running : text.stopped}`];
  lines.push(`${text.device}: ${device ?? text.none}`);
  if (status === undefined) return lines.join('\n');
  const { link, linkError, problem, waiting, dropped, diskFull, probes, version } = status;
  lines.push(`${text.version}: ${version}`, `${text.link}: ${text.links[link]}${linkError === undefined ? '' : ` (${linkError})`}`);
  lines.push(`${text.outbox(waiting, dropped)}${diskFull ? text.diskFull : ''}`);
  if (problem !== undefined) lines.push(problem[language]);
  for (const probe of probes.filter((each) => each.failing)) lines.push(text.probe(probe.name, probe.lastError));
  return lines.join('\n');
}

/** `labwatch agent status`: how the agent of this data folder is. Exit code 0 = running, 3 = not running (as LSB init scripts). */
export async function printStatus(argv: readonly string[]): Promise<number> {
  const { values } = loadSettings(onceSettings, { argv: ofInstalled(argv), env: process.env, sections: ['labwatch', 'agent'] });
  const home = resolve(values.home, 'agent');
  const last = readStatus(join(home, 'status.json'));
  const device = readCredentials(join(home, 'credentials.json'))?.device;
  const running = isRunning(last);
  const answer = values.json
    ? JSON.stringify({ ...last, running, device: device ?? null }, null, 2)
    : statusText(last, running, device, cliLanguage());
  process.stdout.write(`${answer}\n`);
  return running ? 0 : 3;
}
