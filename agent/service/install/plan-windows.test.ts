import { describe, expect, test } from 'vitest';
import { windowsLayout } from '../layout.ts';
import { type Action, actionText } from './actions.ts';
import { installOnWindows, serviceWords, uninstallOnWindows } from './plan-windows.ts';
import type { Wanted } from './wanted.ts';

const layout = windowsLayout({ ProgramData: 'C:\\ProgramData', ProgramFiles: 'C:\\Program Files' });
const wanted: Wanted = {
  settings: { server: 'https://labwatch.example:8443' },
  home: layout.home,
  token: 'token-of-the-school-01',
  ca: 'PEM',
};
const stick = { copyFrom: 'E:\\labwatch-agent.exe' };
const lines = (plan: readonly Action[]): string[] => plan.map((action) => actionText(action, 'en'));
const plan = (over: Partial<Parameters<typeof installOnWindows>[0]> = {}): string[] =>
  lines(installOnWindows({ wanted, layout, program: stick, image: false, task: false, ...over }));

describe('installing on Windows', () => {
  test('from a stick: as recorded, told without the token', () => {
    expect(plan()).toEqual([
      'make folder C:\\ProgramData\\labwatch (0700)',
      'run icacls.exe C:\\ProgramData\\labwatch /inheritance:r /grant:r *S-1-5-18:(OI)(CI)F *S-1-5-32-544:(OI)(CI)F',
      'write C:\\ProgramData\\labwatch\\agent.toml (0600)',
      'write C:\\ProgramData\\labwatch\\token (0600)',
      'write C:\\ProgramData\\labwatch\\ca.crt (0600)',
      'make folder C:\\ProgramData\\labwatch\\data (0700)',
      'run net.exe stop labwatch-agent',
      'run schtasks.exe /End /TN labwatch\\agent',
      'run schtasks.exe /End /TN labwatch\\session-helper',
      'copy to C:\\Program Files\\labwatch\\labwatch-agent.exe (0755)',
      'run schtasks.exe /Delete /TN labwatch\\agent /F',
      expect.stringMatching(/^run sc\.exe create labwatch-agent binPath= .* start= delayed-auto DisplayName= "labwatch agent"$/),
      expect.stringMatching(/^run sc\.exe config labwatch-agent binPath= /),
      expect.stringMatching(/^run sc\.exe description labwatch-agent /),
      'run sc.exe failure labwatch-agent reset= 86400 actions= restart/60000/restart/60000/restart/300000',
      'run sc.exe failureflag labwatch-agent 1',
      'write C:\\ProgramData\\labwatch\\session-helper.xml (0600)',
      'run schtasks.exe /Create /XML C:\\ProgramData\\labwatch\\session-helper.xml /TN labwatch\\session-helper /F',
      'run net.exe start labwatch-agent',
      'run schtasks.exe /Run /TN labwatch\\session-helper',
    ]);
    expect(plan().join('\n')).not.toContain(wanted.token);
  });

  test('with a key of releases neighbours may fetch an update, and the uninstaller takes that back', () => {
    const keyed = plan({ wanted: { ...wanted, releaseKey: 'PEM' } });
    expect(keyed).toContain('write C:\\Program Files\\labwatch\\release-key.pem (0644)');
    expect(keyed.filter((line) => line.includes('netsh.exe'))).toEqual([
      expect.stringContaining('firewall delete rule'),
      expect.stringMatching(/firewall add rule .*dir=in action=allow protocol=TCP .*labwatch-agent\.exe"? remoteip=localsubnet$/),
    ]);
    expect(lines(uninstallOnWindows(layout, layout.home, false)).join('\n')).toContain('firewall delete rule');
  });

  test('the command of the service is one word, quoted inside', () => {
    const words = serviceWords([layout.executable, 'service', '--config', layout.config]);
    expect(words[1]).toBe('"C:\\Program Files\\labwatch\\labwatch-agent.exe" service --config C:\\ProgramData\\labwatch\\agent.toml');
  });

  test('a golden image: nothing is started and no id is left', () => {
    const image = plan({ image: true });
    expect(image).toContain('remove C:\\ProgramData\\labwatch\\data\\agent');
    expect(image.filter((line) => /\/Run|net\.exe start/.test(line))).toEqual([]);
  });

  test('where services are not allowed, a task at boot as the system', () => {
    const task = plan({ task: true });
    expect(task).toContain('run schtasks.exe /Create /XML C:\\ProgramData\\labwatch\\agent-task.xml /TN labwatch\\agent /F');
    expect(task.filter((line) => line.includes('sc.exe'))).toEqual([]);
  });

  test('the installed program installs again without copying itself; the sources start where they are', () => {
    const again = plan({ program: { copyFrom: layout.executable.toUpperCase() } });
    const sources = plan({ program: { command: ['C:\\node.exe', 'C:\\labwatch\\bin\\labwatch.mjs', 'agent'] } });
    for (const each of [again, sources]) expect(each.filter((line) => line.startsWith('copy'))).toEqual([]);
    expect(sources.find((line) => line.includes('sc.exe create'))).toContain('labwatch.mjs agent service --config');
  });

  test('uninstalling takes away all of it; the data only when asked', () => {
    const gone = lines(uninstallOnWindows(layout, layout.home, false));
    for (const path of [layout.config, layout.token, layout.ca]) expect(gone).toContain(`remove ${path}`);
    expect(gone.at(-1)).toMatch(/rmdir \/s \/q "C:\\Program Files\\labwatch"/);
    expect(gone.join('\n')).not.toContain('remove C:\\ProgramData\\labwatch\\data\\agent');
    expect(lines(uninstallOnWindows(layout, layout.home, true))).toContain('remove C:\\ProgramData\\labwatch\\data\\agent');
  });
});
