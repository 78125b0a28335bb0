import { posix } from 'node:path';
import { LINUX_LAYOUT as at, SERVICE } from '../layout.ts';
import { agentUnit, watchTimer, watchUnit } from '../systemd/unit.ts';
import type { Action } from './actions.ts';
import { configText, type Wanted } from './wanted.ts';

const UNITS = '/etc/systemd/system';
const SERVICE_UNIT = `${SERVICE}.service`;
const WATCH = `${SERVICE}-watch`;
const ON_PATH = `/usr/local/bin/${SERVICE}`;
const FOLDER = posix.dirname(at.executable);

const systemctl = (args: readonly string[], more: { below?: boolean; mayFail?: boolean } = {}): Action => ({
  do: 'run',
  file: 'systemctl',
  args,
  ...(more.below === true ? { below: (root: string) => [`--root=${root}`, ...args] } : {}),
  ...(more.mayFail === true ? { mayFail: true } : {}),
});

/** The program of the unit: the single executable copied to its place, or a command that runs from where it is (the sources). */
export type LinuxProgram = { readonly copyFrom: string } | { readonly command: readonly string[] };

export interface LinuxInstall {
  readonly wanted: Wanted;
  readonly program: LinuxProgram;
  readonly image: boolean;
}

/** Everything `agent install` does on Linux, in order. Doing it again repairs or upgrades. */
export function installOnLinux({ wanted, program, image }: LinuxInstall): Action[] {
  const copied = 'copyFrom' in program;
  const command = [...(copied ? [at.executable] : program.command), 'service', '--config', at.config];
  const unit = agentUnit({
    command,
    home: wanted.home,
    stateDirectory: wanted.home === at.home,
    ...(copied ? { executable: at.executable } : {}),
  });
  const write = (path: string, content: string, mode = 0o644): Action => ({ do: 'write', path, content, mode });
  return [
    { do: 'folder', path: posix.dirname(at.config), mode: 0o755 },
    write(at.config, configText(wanted, at), 0o600),
    ...(wanted.token === undefined ? [] : [write(at.token, `${wanted.token}\n`, 0o600)]),
    ...(wanted.ca === undefined ? [] : [write(at.ca, `${wanted.ca}\n`)]),
    { do: 'folder', path: wanted.home, mode: 0o700 },
    ...(copied ? copyProgram(program.copyFrom) : []),
    // Where it runs from its sources it does not update itself.
    ...(copied && wanted.releaseKey !== undefined ? [write(at.releaseKey, `${wanted.releaseKey}\n`)] : []),
    write(`${UNITS}/${SERVICE_UNIT}`, unit),
    write(`${UNITS}/${WATCH}.service`, watchUnit()),
    write(`${UNITS}/${WATCH}.timer`, watchTimer()),
    systemctl(['daemon-reload'], { mayFail: image }),
    ...(image ? [systemctl(['stop', SERVICE_UNIT], { mayFail: true }), ...forget(wanted.home)] : []),
    systemctl(['enable', SERVICE_UNIT, `${WATCH}.timer`], { below: true }),
    ...(image ? [] : [systemctl(['restart', `${WATCH}.timer`]), systemctl(['restart', SERVICE_UNIT])]),
  ];
}

function copyProgram(from: string): Action[] {
  return [
    { do: 'folder', path: FOLDER, mode: 0o755 },
    ...(from === at.executable ? [] : [{ do: 'copy', from, path: at.executable, mode: 0o755 } as const]),
    { do: 'link', path: ON_PATH, to: at.executable },
  ];
}

/** A golden image must carry nobody's id: forty copies would come up as one machine. */
const forget = (home: string): Action[] => [{ do: 'remove', path: posix.join(home, 'agent') }];

/** Everything `agent uninstall` does on Linux. `purge`: the agent's data too, nothing of a server in the same folder. */
export function uninstallOnLinux(home: string, purge: boolean): Action[] {
  const remove = (path: string): Action => ({ do: 'remove', path });
  return [
    systemctl(['disable', `${WATCH}.timer`, SERVICE_UNIT], { below: true, mayFail: true }),
    systemctl(['stop', `${WATCH}.timer`, SERVICE_UNIT], { mayFail: true }),
    ...[SERVICE_UNIT, `${WATCH}.service`, `${WATCH}.timer`].map((unit) => remove(`${UNITS}/${unit}`)),
    systemctl(['daemon-reload'], { mayFail: true }),
    systemctl(['reset-failed', SERVICE_UNIT], { mayFail: true }),
    ...[ON_PATH, FOLDER, at.config, at.token, at.ca].map(remove),
    { do: 'remove-empty', path: posix.dirname(at.config) },
    ...(purge ? [...forget(home), { do: 'remove-empty', path: home } as const] : []),
  ];
}
