import { generateKeyPairSync } from 'node:crypto';
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { loadSettings } from '../../../runtime/settings.ts';
import { labwatch, type Program, tempFolder } from '../../../tests/tools/programs.ts';
import { LINUX_LAYOUT, ofInstalled } from '../layout.ts';
import { type Action, actionText, performAll } from './actions.ts';
import { installOnLinux, uninstallOnLinux } from './plan-linux.ts';
import { installSettings } from './settings.ts';
import { configText, plainText, wanted, type Wanted } from './wanted.ts';

const TOKEN = 'token-of-the-school-01';
const SERVER = 'https://labwatch.example:8443';
/** A certificate authority, made for this test and for nothing else. */
const CA = readFileSync(fileURLToPath(new URL('cases/ca.crt', import.meta.url)), 'utf8').trim();

let machine: ReturnType<typeof tempFolder>;
let stick: ReturnType<typeof tempFolder>;
beforeEach(() => {
  machine = tempFolder('install-machine');
  stick = tempFolder('install-stick');
});
afterEach(() => {
  machine.remove();
  stick.remove();
});

const at = (path: string): string => join(machine.path, path);
const text = (path: string): string => readFileSync(at(path), 'utf8');
const mode = (path: string): string => (statSync(at(path)).mode & 0o777).toString(8);

async function run(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Program & { code: number | null }> {
  const program = labwatch(['agent', ...args], env);
  return Object.assign(program, { code: await program.ended() });
}

const want = (argv: string[], env: NodeJS.ProcessEnv = {}): Wanted =>
  wanted(loadSettings(installSettings, { argv, env, sections: ['agent'] }).values, LINUX_LAYOUT, stick.path, machine.path);

describe('what is to be installed', () => {
  test('comes from a stick, however Notepad saved its files', () => {
    writeFileSync(join(stick.path, 'labwatch-token.txt'), Buffer.from(`\uFEFF${TOKEN}\r\n`, 'utf16le'));
    writeFileSync(join(stick.path, 'labwatch-agent.toml'), `[agent]\nserver = "${SERVER}"\nseat = "Máy 07"\noutbox-days = 60\n`);
    writeFileSync(join(stick.path, 'ca.crt'), `${CA}\r\n`);
    expect(want([])).toEqual({
      settings: { server: SERVER, seat: 'Máy 07', outboxDays: 60 },
      home: '/var/lib/labwatch',
      token: TOKEN,
      ca: CA,
    });
    expect(want(['--seat', 'Máy 08', '--home', '/srv/x']).settings['seat']).toBe('Máy 08');
    expect(want([], { LABWATCH_TOKEN: 'another-token-01' }).token).toBe('another-token-01');
    expect(plainText(Buffer.from(`\uFEFF${TOKEN}\n`))).toBe(TOKEN);
  });

  test('keeps what is installed already, and mends a broken file when the server is given', () => {
    mkdirSync(at('etc/labwatch'), { recursive: true });
    writeFileSync(at('etc/labwatch/agent.toml'), `[agent]\nhome = "/srv/pc"\nserver = "${SERVER}"\nlog-level = "debug"\nca = "/x"\n`);
    writeFileSync(at('etc/labwatch/token'), `${TOKEN}\n`);
    const what = want(['--seat', 'Máy 07']);
    expect(what).toEqual({
      settings: { server: SERVER, logLevel: 'debug', seat: 'Máy 07' },
      home: '/srv/pc',
      token: TOKEN,
      ca: undefined,
    });
    expect(configText(what, LINUX_LAYOUT)).not.toContain(TOKEN);
    writeFileSync(at('etc/labwatch/agent.toml'), '[agent\nserver');
    expect(() => want([])).toThrow(expect.objectContaining({ code: 'CONFIG_FILE' }) as Error);
    expect(want(['--server', SERVER]).settings).toEqual({ server: SERVER });
  });
});

describe('the plan', () => {
  const what: Wanted = { settings: { server: SERVER }, home: '/var/lib/labwatch', token: TOKEN, ca: CA };
  const lines = (plan: readonly Action[]): string[] => plan.map((action) => actionText(action, 'en'));

  test('of a single executable on a stick, told without the token', () => {
    const plan = installOnLinux({ wanted: what, program: { copyFrom: '/media/usb/labwatch-agent' }, image: false });
    expect(lines(plan)).toEqual([
      'make folder /etc/labwatch (0755)',
      'write /etc/labwatch/agent.toml (0600)',
      'write /etc/labwatch/token (0600)',
      'write /etc/labwatch/ca.crt (0644)',
      'make folder /var/lib/labwatch (0700)',
      'make folder /opt/labwatch (0755)',
      'copy to /opt/labwatch/labwatch-agent (0755)',
      'link /usr/local/bin/labwatch-agent -> /opt/labwatch/labwatch-agent',
      'write /etc/systemd/system/labwatch-agent.service (0644)',
      'write /etc/systemd/system/labwatch-agent-watch.service (0644)',
      'write /etc/systemd/system/labwatch-agent-watch.timer (0644)',
      'run systemctl daemon-reload',
      'run systemctl enable labwatch-agent.service labwatch-agent-watch.timer',
      'run systemctl restart labwatch-agent-watch.timer',
      'run systemctl restart labwatch-agent.service',
    ]);
    expect(lines(plan).join('\n')).not.toContain(TOKEN);
  });

  test('puts the key of releases beside the executable, once it is one', () => {
    const { publicKey } = generateKeyPairSync('ed25519');
    const pem = publicKey.export({ type: 'spki', format: 'pem' }) as string;
    writeFileSync(join(stick.path, 'release-key.pem'), pem);
    const key = want(['--server', SERVER]).releaseKey;
    expect(key).toBe(pem.trim());
    const given = { ...what, releaseKey: key };
    const plan = lines(installOnLinux({ wanted: given, program: { copyFrom: '/media/usb/labwatch-agent' }, image: false }));
    expect(plan).toContain('write /opt/labwatch/release-key.pem (0644)');
    expect(lines(installOnLinux({ wanted: given, program: { command: ['node', 'x'] }, image: false })).join()).not.toContain('release-key');
    expect(configText(given, LINUX_LAYOUT)).not.toContain('release-key');
  });

  test('of a golden image starts nothing and leaves no id behind', () => {
    const plan = lines(installOnLinux({ wanted: what, program: { copyFrom: '/opt/labwatch/labwatch-agent' }, image: true }));
    expect(plan).toContain('remove /var/lib/labwatch/agent');
    expect(plan.filter((line) => /restart|copy/.test(line))).toEqual([]);
  });

  test('puts a program into place and takes all of it away again', async () => {
    writeFileSync(join(stick.path, 'labwatch-agent'), '#!/bin/sh\n');
    const program = { copyFrom: join(stick.path, 'labwatch-agent') };
    const plan = installOnLinux({ wanted: what, program, image: false });
    await performAll(plan, machine.path);
    expect(mode('opt/labwatch/labwatch-agent')).toBe('755');
    expect(readlinkSync(at('usr/local/bin/labwatch-agent'))).toBe('/opt/labwatch/labwatch-agent');
    expect(mode('etc/labwatch/token')).toBe('600');
    // Somebody widened it; an upgrade brings another program.
    writeFileSync(join(stick.path, 'labwatch-agent'), '#!/bin/sh\n# newer\n');
    await performAll([{ do: 'write', path: '/etc/labwatch/token', content: `${TOKEN}\n`, mode: 0o644 }], machine.path);
    await performAll(plan, machine.path);
    expect(mode('etc/labwatch/token')).toBe('600');
    expect(text('opt/labwatch/labwatch-agent')).toContain('newer');

    mkdirSync(at('var/lib/labwatch/agent'));
    writeFileSync(at('var/lib/labwatch/agent/credentials.json'), '{}');
    writeFileSync(at('var/lib/labwatch/ledger.db'), 'of a server');
    await performAll(uninstallOnLinux('/var/lib/labwatch', false), machine.path);
    expect(existsSync(at('opt/labwatch'))).toBe(false);
    expect(existsSync(at('etc/labwatch'))).toBe(false);
    expect(existsSync(at('var/lib/labwatch/agent/credentials.json'))).toBe(true);
    await performAll(uninstallOnLinux('/var/lib/labwatch', true), machine.path);
    expect(readdirSync(at('var/lib/labwatch'))).toEqual(['ledger.db']);
    expect(readdirSync(at('etc/systemd/system')).filter((name) => name.startsWith('labwatch'))).toEqual([]);
  });

  test('stops at a step that fails, and says which', async () => {
    writeFileSync(at('file'), '');
    const plan: Action[] = [{ do: 'folder', path: '/file/below', mode: 0o755 }];
    await expect(performAll(plan, machine.path)).rejects.toMatchObject({ code: 'AGENT_INSTALL_STEP' });
  });
});

describe('labwatch agent install, below another folder', () => {
  const args = (...more: string[]): string[] => ['install', '--root', machine.path, '--server', SERVER, ...more];

  test('from the sources: a unit that starts them, enabled by the real systemctl; again; uninstalled', async () => {
    const first = await run(args('--seat', 'Máy 07'), { LABWATCH_TOKEN: TOKEN });
    expect([first.code, first.stderr]).toEqual([0, '']);
    expect(text('etc/labwatch/agent.toml')).toContain('seat = "Máy 07"');
    expect(text('etc/labwatch/token')).toBe(`${TOKEN}\n`);
    expect(text('etc/systemd/system/labwatch-agent.service')).toMatch(/^ExecStart=.*labwatch\.mjs"? agent service --config/m);
    for (const wants of ['multi-user.target.wants/labwatch-agent.service', 'timers.target.wants/labwatch-agent-watch.timer'])
      expect(lstatSync(at(`etc/systemd/system/${wants}`)).isSymbolicLink()).toBe(true);
    const again = await run(['install', '--root', machine.path]);
    expect(again.code).toBe(0);
    expect(text('etc/labwatch/agent.toml')).toContain('seat = "Máy 07"');
    const gone = await run(['uninstall', '--root', machine.path, '--purge']);
    expect(gone.code).toBe(0);
    const left = (readdirSync(machine.path, { recursive: true }) as string[]).filter((path) => /labwatch/.test(path));
    expect(left).toEqual([]);
  });

  test('--dry-run changes nothing and shows no token', async () => {
    const dry = await run(args('--dry-run'), { LABWATCH_TOKEN: TOKEN, LABWATCH_LANG: 'vi' });
    expect(dry.code).toBe(0);
    expect(dry.stdout).toMatch(/^Không thay đổi gì/);
    expect(dry.stdout).not.toContain(TOKEN);
    expect(readdirSync(machine.path)).toEqual([]);
  });

  test.each([
    ['no token', [], {}, 'AGENT_NOT_ENROLLED', 78],
    ['a token on the command line', ['--token', TOKEN], {}, 'CONFIG_SECRET_FLAG', 78],
    ['a token file that is not there', ['--token-file', '/nowhere/token'], {}, 'AGENT_FILE_UNREADABLE', 78],
    ['a CA that is none', ['--ca', fileURLToPath(import.meta.url)], { LABWATCH_TOKEN: TOKEN }, 'AGENT_FILE_UNREADABLE', 78],
    ['an address in the clear', ['--server', 'http://labwatch.example'], { LABWATCH_TOKEN: TOKEN }, 'AGENT_PLAIN_REFUSED', 78],
  ])('%s is one line before anything is changed', async (_, more, env, code, exit) => {
    const program = await run(args(...more), env);
    expect(program.stderr).toMatch(new RegExp(`^${code}: [^\n]+\n$`));
    expect(program.code).toBe(exit);
    expect(readdirSync(machine.path)).toEqual([]);
  });
});

test('commands without --home and --config mean the installed agent', () => {
  mkdirSync(at('etc'));
  writeFileSync(at('etc/agent.toml'), '');
  const layout = { ...LINUX_LAYOUT, config: at('etc/agent.toml') };
  expect(ofInstalled(['--json'], {}, layout)).toEqual(['--json', '--config', layout.config]);
  expect(ofInstalled(['--home', 'x'], {}, layout)).toEqual(['--home', 'x']);
  expect(ofInstalled([], { LABWATCH_HOME: 'x' }, layout)).toEqual([]);
  expect(ofInstalled([], {}, LINUX_LAYOUT)).toEqual(existsSync(LINUX_LAYOUT.config) ? ['--config', LINUX_LAYOUT.config] : []);
});
