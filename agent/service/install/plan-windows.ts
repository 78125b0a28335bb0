import { win32 } from 'node:path';
import { type Layout, SERVICE } from '../layout.ts';
import { type Task, taskFile, windowsWord } from '../windows/task-xml.ts';
import type { Action } from './actions.ts';
import { configText, type Wanted } from './wanted.ts';

const HELPER_TASK = 'labwatch\\session-helper';
const AGENT_TASK = 'labwatch\\agent';
/** SYSTEM and Administrators by their numbers: the names are another in each language. */
const SYSTEM = '*S-1-5-18:(OI)(CI)F';
const ADMINISTRATORS = '*S-1-5-32-544:(OI)(CI)F';

export interface WindowsInstall {
  readonly wanted: Wanted;
  readonly layout: Layout;
  /** The single executable to be copied, or a program with its first words that runs from where it is (the sources). */
  readonly program: { readonly copyFrom: string } | { readonly command: readonly [string, ...string[]] };
  readonly image: boolean;
  /** The Task Scheduler keeps the agent running, not the service manager. */
  readonly task: boolean;
}

const run = (file: string, args: readonly string[], mayFail = false): Action => ({ do: 'run', file, args, ...(mayFail && { mayFail }) });
const schtasks = (args: readonly string[], mayFail = false): Action => run('schtasks.exe', args, mayFail);
const taskPath = (layout: Layout, name: string): string => win32.join(win32.dirname(layout.config), `${name}.xml`);

/** What `sc create` and `sc config` take beside the name (learn.microsoft.com, "sc.exe create"); the blank after = belongs to it. */
export const serviceWords = (command: readonly string[]): string[] => [
  'binPath=',
  command.map(windowsWord).join(' '),
  'start=',
  'delayed-auto',
  'DisplayName=',
  'labwatch agent',
];

/** The service, started again one minute after it ended by itself; also when it ended with an exit code. */
function asService(command: readonly string[]): Action[] {
  const words = serviceWords(command);
  const restart = 'restart/60000/restart/60000/restart/300000';
  return [
    schtasks(['/Delete', '/TN', AGENT_TASK, '/F'], true),
    // One of the two fails: the first when the service is there already.
    run('sc.exe', ['create', SERVICE, ...words], true),
    run('sc.exe', ['config', SERVICE, ...words], true),
    run('sc.exe', ['description', SERVICE, 'Health and use of this computer / Tình trạng và việc sử dụng máy này'], true),
    run('sc.exe', ['failure', SERVICE, 'reset=', '86400', 'actions=', restart]),
    run('sc.exe', ['failureflag', SERVICE, '1'], true),
  ];
}

function addTask(name: string, path: string, task: Task): Action[] {
  return [{ do: 'write', path, content: taskFile(task), mode: 0o600 }, schtasks(['/Create', '/XML', path, '/TN', name, '/F'])];
}

const netsh = (args: readonly string[]): Action => run('netsh.exe', ['advfirewall', 'firewall', ...args], true);
const FIREWALL_RULE = 'name=labwatch agent (updates for neighbours)';
const dropRule = (): Action => netsh(['delete', 'rule', FIREWALL_RULE]);

/** The key of releases, and leave for neighbours of the local network to fetch an update from this machine. */
const updates = (key: string, layout: Layout): Action[] => [
  { do: 'write', path: layout.releaseKey, content: `${key}\n`, mode: 0o644 },
  dropRule(),
  netsh(['add', 'rule', FIREWALL_RULE, 'dir=in', 'action=allow', 'protocol=TCP', `program=${layout.executable}`, 'remoteip=localsubnet']),
];

/** Everything `agent install` does on Windows, in order. Doing it again repairs or upgrades. */
export function installOnWindows({ wanted, layout, program, image, task }: WindowsInstall): Action[] {
  const folder = win32.dirname(layout.config);
  const copied = 'copyFrom' in program;
  const self: readonly [string, ...string[]] = copied ? [layout.executable] : program.command;
  const [file, ...first] = self;
  const words = [...first, 'service', '--config', layout.config];
  const helper: Task = { description: 'labwatch: how long nobody has touched this session', at: 'logon', file, args: [...first, 'helper'] };
  const agent: Task = { description: 'labwatch agent', at: 'boot', file, args: words };
  const write = (path: string, content: string): Action => ({ do: 'write', path, content, mode: 0o600 });
  return [
    { do: 'folder', path: folder, mode: 0o700 },
    run('icacls.exe', [folder, '/inheritance:r', '/grant:r', SYSTEM, ADMINISTRATORS]),
    write(layout.config, configText(wanted, layout)),
    ...(wanted.token === undefined ? [] : [write(layout.token, `${wanted.token}\n`)]),
    ...(wanted.ca === undefined ? [] : [write(layout.ca, `${wanted.ca}\n`)]),
    { do: 'folder', path: wanted.home, mode: 0o700 },
    run('net.exe', ['stop', SERVICE], true),
    schtasks(['/End', '/TN', AGENT_TASK], true),
    schtasks(['/End', '/TN', HELPER_TASK], true),
    ...(image ? [{ do: 'remove', path: win32.join(wanted.home, 'agent') } as const] : []),
    ...(copied && program.copyFrom.toLowerCase() !== layout.executable.toLowerCase()
      ? [{ do: 'copy', from: program.copyFrom, path: layout.executable, mode: 0o755 } as const]
      : []),
    ...(copied && wanted.releaseKey !== undefined ? updates(wanted.releaseKey, layout) : []),
    ...(task ? addTask(AGENT_TASK, taskPath(layout, 'agent-task'), agent) : asService([file, ...words])),
    ...addTask(HELPER_TASK, taskPath(layout, 'session-helper'), helper),
    ...(image
      ? []
      : [task ? schtasks(['/Run', '/TN', AGENT_TASK]) : run('net.exe', ['start', SERVICE]), schtasks(['/Run', '/TN', HELPER_TASK], true)]),
  ];
}

/** Everything `agent uninstall` does on Windows. The program removes its own folder a moment after it has ended. */
export function uninstallOnWindows(layout: Layout, home: string, purge: boolean): Action[] {
  const remove = (path: string): Action => ({ do: 'remove', path });
  const programs = win32.dirname(layout.executable);
  return [
    run('net.exe', ['stop', SERVICE], true),
    run('sc.exe', ['delete', SERVICE], true),
    dropRule(),
    ...[AGENT_TASK, HELPER_TASK].flatMap((name) => [schtasks(['/End', '/TN', name], true), schtasks(['/Delete', '/TN', name, '/F'], true)]),
    ...[layout.config, layout.token, layout.ca, taskPath(layout, 'agent-task'), taskPath(layout, 'session-helper')].map(remove),
    ...(purge ? [remove(win32.join(home, 'agent')), { do: 'remove-empty', path: home } as const] : []),
    { do: 'remove-empty', path: win32.dirname(layout.config) },
    { do: 'leave', file: 'cmd.exe', args: ['/d', '/s', '/c', `"ping -n 4 127.0.0.1 >nul & rmdir /s /q "${programs}""`] },
  ];
}
