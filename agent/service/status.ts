import { resolve, join } from 'node:path';
import { cliLanguage } from '../../runtime/command.ts';
import { loadSettings } from '../../runtime/settings.ts';
import { type AgentStatus, readStatus } from '../core/status-file.ts';
import { readCredentials } from '../identity/credentials.ts';
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

const TEXT = {
  en: { running: 'running', stopped: 'not running', never: 'never ran with this folder', device: 'device', none: 'not enrolled' },
  vi: { running: 'đang chạy', stopped: 'không chạy', never: 'chưa từng chạy với thư mục này', device: 'thiết bị', none: 'chưa ghi danh' },
} as const;

/** What `agent status` prints for a person. */
export function statusText(status: AgentStatus | undefined, running: boolean, device: string | undefined, language: 'en' | 'vi'): string {
  const text = TEXT[language];
  const lines = [`labwatch agent: ${status === undefined ? text.never : running ? text.running : text.stopped}`];
  lines.push(`${text.device}: ${device ?? text.none}`);
  if (status === undefined) return lines.join('\n');
  const { link, linkError, waiting, dropped, diskFull, probes, version } = status;
  lines.push(`version: ${version}`, `link: ${link}${linkError === undefined ? '' : ` (${linkError})`}`);
  lines.push(`outbox: ${waiting} waiting, ${dropped} dropped${diskFull ? ', DISK FULL' : ''}`);
  for (const probe of probes.filter((each) => each.failing)) lines.push(`probe ${probe.name}: ${probe.lastError ?? 'failing'}`);
  return lines.join('\n');
}

/** `labwatch agent status`: how the agent of this data folder is. Exit code 0 = running, 3 = not running (as LSB init scripts). */
export async function printStatus(argv: readonly string[]): Promise<number> {
  const { values } = loadSettings(onceSettings, { argv, env: process.env, sections: ['labwatch', 'agent'] });
  const home = resolve(values.home, 'agent');
  const last = readStatus(join(home, 'status.json'));
  const device = readCredentials(join(home, 'credentials.json'))?.device;
  const running = last !== undefined && last.running && alive(last.pid) && Date.now() - last.at < STALE_MS;
  const answer = values.json
    ? JSON.stringify({ ...last, running, device: device ?? null }, null, 2)
    : statusText(last, running, device, cliLanguage());
  process.stdout.write(`${answer}\n`);
  return running ? 0 : 3;
}
