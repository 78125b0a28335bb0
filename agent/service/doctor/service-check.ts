import { existsSync } from 'node:fs';
import type { Platform } from '../../probes/probe.ts';
import { runTool } from '../install/actions.ts';
import { layoutOf, SERVICE } from '../layout.ts';
import type { Context } from './context.ts';
import { fail, type Finding, ok, plain, warn, words } from './finding.ts';

const INSTALL = words('Install it: labwatch agent install.', 'Hãy cài: labwatch agent install.');
const START = words('Start it: labwatch agent start.', 'Hãy khởi động: labwatch agent start.');
const LOG = words('labwatch agent run shows why on the screen.', 'Chạy labwatch agent run để xem lý do trên màn hình.');

/** `key=value` lines of `systemctl show` (systemctl(1)). */
export function showValues(text: string): ReadonlyMap<string, string> {
  return new Map(text.split('\n').map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)] as const));
}

/** What systemd says of the unit, judged. Pure. */
export function judgeUnit(shown: ReadonlyMap<string, string>): Finding[] {
  const state = shown.get('ActiveState') ?? '';
  if (shown.get('LoadState') !== 'loaded') return [warn('service', words('the service is not installed', 'chưa cài dịch vụ'), INSTALL)];
  const restarts = Number(shown.get('NRestarts') ?? 0);
  const end = `${shown.get('Result') ?? '?'}, ${shown.get('ExecMainStatus') ?? '?'}`;
  const findings: Finding[] = [
    state === 'active'
      ? ok('service', words('installed and running', 'đã cài và đang chạy'))
      : fail(
          'service',
          words(`installed, but ${state} (last end: ${end})`, `đã cài nhưng không chạy (${state}; lần kết thúc trước: ${end})`),
          START,
        ),
  ];
  if (!['enabled', 'enabled-runtime'].includes(shown.get('UnitFileState') ?? ''))
    findings.push(warn('service', words('it does not start with the machine', 'dịch vụ không tự chạy khi bật máy'), INSTALL));
  if (restarts > 3)
    findings.push(
      warn(
        'service',
        words(`the system restarted it ${restarts} times (last: ${end})`, `hệ thống đã khởi động lại ${restarts} lần (lần cuối: ${end})`),
        LOG,
      ),
    );
  return findings;
}

const PROPERTIES = 'LoadState,ActiveState,UnitFileState,Result,ExecMainStatus,NRestarts';

async function systemdService(): Promise<readonly Finding[]> {
  if (!existsSync('/run/systemd/system'))
    return [
      warn(
        'service',
        words('this machine is not run by systemd', 'máy này không dùng systemd'),
        words('Let your own init start labwatch agent service.', 'Hãy cho hệ thống khởi động của máy chạy labwatch agent service.'),
      ),
    ];
  const { code, text } = await runTool('systemctl', ['show', `${SERVICE}.service`, `--property=${PROPERTIES}`]);
  return code === 0 ? judgeUnit(showValues(text)) : [warn('service', plain(text.split('\n')[0]!), LOG)];
}

async function windowsService(platform: Platform): Promise<readonly Finding[]> {
  const state = await platform.door.windows?.service(SERVICE);
  if (state === undefined) return [warn('service', words('the service is not installed', 'chưa cài dịch vụ'), INSTALL)];
  if (state === 'running') return [ok('service', words('installed and running', 'đã cài và đang chạy'))];
  return [fail('service', words(`installed, but ${state}`, `đã cài nhưng không chạy (${state})`), START)];
}

/** Whether a service keeps the agent running, and where it writes its log. */
export async function checkService({ running, status }: Context, platform: Platform): Promise<readonly Finding[]> {
  const service = platform.name === 'windows' ? await windowsService(platform) : await systemdService();
  const last = status === undefined ? '' : new Date(status.at).toISOString();
  const agent = running
    ? ok(
        'agent',
        words(
          `running (process ${status!.pid}, version ${status!.version})`,
          `đang chạy (tiến trình ${status!.pid}, phiên bản ${status!.version})`,
        ),
      )
    : status === undefined
      ? warn('agent', words('no agent ever ran with this data folder', 'chưa có tác nhân nào chạy với thư mục dữ liệu này'), START)
      : warn('agent', words(`not running; it last wrote at ${last}`, `không chạy; lần ghi cuối lúc ${last}`), START);
  const log =
    platform.name === 'windows' ? plain(`${layoutOf('windows').home}\\agent\\agent.log`) : plain(`journalctl -u ${SERVICE}.service`);
  return [...service, agent, ok('log', log)];
}
