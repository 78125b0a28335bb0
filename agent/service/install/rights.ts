import { existsSync } from 'node:fs';
import { agentFail } from '../../errors.ts';

/**
 * @param root folder that stands for `/`; below another one nobody's rights but those of its owner are needed
 * @throws LabwatchError AGENT_NEEDS_ADMINISTRATOR
 */
export async function needAdministrator(root = '/'): Promise<void> {
  if (process.platform === 'win32') {
    const { mayInstall } = await import('../../platform/windows/service-host.ts');
    if (!mayInstall()) throw agentFail('AGENT_NEEDS_ADMINISTRATOR');
    return;
  }
  if (process.getuid !== undefined && process.getuid() !== 0 && root === '/') throw agentFail('AGENT_NEEDS_ADMINISTRATOR');
}

/** systemd.special and sd_booted(3): this folder is there when systemd runs the machine. @throws LabwatchError AGENT_NO_SERVICE_MANAGER */
export function needManager(): void {
  if (process.platform === 'linux' && !existsSync('/run/systemd/system')) throw agentFail('AGENT_NO_SERVICE_MANAGER');
}
