import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Type } from 'typebox';
import { afterAll, describe, expect, it } from 'vitest';
import { commonSettings, portSetting } from './common-settings.ts';
import { LabwatchError } from './errors.ts';
import { defineSettings, envOf, flagOf, loadSettings, settingsHelp, settingsTable, type FileSection } from './settings.ts';

const settings = defineSettings({
  ...commonSettings,
  httpPort: portSetting(8080, 'Port of the console.', 'Cổng của trang quản lý.'),
  insecurePlain: { schema: Type.Boolean(), default: false, help: { en: 'Plain.', vi: 'Không mã hóa.' }, allowed: 'true or false' },
  agent: { schema: Type.Boolean(), default: true, help: { en: 'Watch.', vi: 'Theo dõi.' }, allowed: 'true or false' },
  ratio: {
    schema: Type.Number({ minimum: 0, maximum: 1 }),
    default: 0.5,
    help: { en: 'Ratio.', vi: 'Tỷ lệ.' },
    allowed: 'a number from 0 to 1',
  },
  hosts: { schema: Type.Array(Type.String({ minLength: 1 })), optional: true, help: { en: 'Hosts.', vi: 'Máy.' }, allowed: 'a list' },
  influxPassword: {
    schema: Type.String({ minLength: 8 }),
    optional: true,
    secret: true,
    help: { en: 'Password.', vi: 'Mật khẩu.' },
    allowed: '8 characters or more',
  },
});

const folder = mkdtempSync(join(tmpdir(), 'labwatch-settings-'));
afterAll(() => rmSync(folder, { recursive: true }));
let files = 0;
function file(text: string): string {
  const path = join(folder, `${files++}.toml`);
  writeFileSync(path, text);
  return path;
}

const load = (argv: string[], env: NodeJS.ProcessEnv = {}, sections: FileSection[] = ['labwatch', 'collector']) =>
  loadSettings(settings, { argv, env, sections }).values;

function failure(run: () => unknown): LabwatchError {
  try {
    run();
  } catch (error) {
    if (error instanceof LabwatchError) return error;
    throw error;
  }
  throw new Error('it was taken');
}

describe('where a value comes from', () => {
  const config = file('[labwatch]\nhttp-port = 1\n[collector]\nhttp-port = 2\n[broker]\nhttp-port = 9\n');

  it('is the default when nobody says anything', () => {
    expect(load([])).toMatchObject({ httpPort: 8080, insecurePlain: false, agent: true, ratio: 0.5, logLevel: 'info' });
    expect(load([]).influxPassword).toBeUndefined();
  });
  it('is the file over the default, and the later section over the earlier', () => {
    expect(load(['--config', config]).httpPort).toBe(2);
    expect(load(['--config', config], {}, ['labwatch']).httpPort).toBe(1);
    expect(load([], { LABWATCH_CONFIG: config }).httpPort).toBe(2);
  });
  it('is the environment over the file', () => {
    expect(load(['--config', config], { LABWATCH_HTTP_PORT: '3' }).httpPort).toBe(3);
  });
  it('is the command line over everything', () => {
    expect(load(['--config', config, '--http-port', '4'], { LABWATCH_HTTP_PORT: '3' }).httpPort).toBe(4);
    expect(load(['--http-port=5'], { LABWATCH_HTTP_PORT: '3' }).httpPort).toBe(5);
  });
  it('is not a variable that is set to nothing', () => {
    expect(load([], { LABWATCH_HTTP_PORT: '', LABWATCH_CONFIG: '' }).httpPort).toBe(8080);
  });
  it('is named the same way in all three', () => {
    expect([flagOf('mqttsPort'), envOf('mqttsPort')]).toEqual(['mqtts-port', 'LABWATCH_MQTTS_PORT']);
  });
});

describe('a value', () => {
  it.each([
    ['8081', 8081],
    ['0', 0],
    ['65535', 65535],
  ])('port %s', (text, port) => expect(load(['--http-port', text]).httpPort).toBe(port));
  it.each(['', '-1', '65536', '8080.5', '80 80', '0x50', '1e3', 'true', 'eighty', ' '])('no port: %j', (text) => {
    const error = failure(() => load(['--http-port', text]));
    expect(error.code).toBe('CONFIG_BAD_VALUE');
    expect(error.line()).toContain('http-port');
    expect(error.line()).toContain(`"${text}"`);
    expect(error.line()).toContain('a port from 0 to 65535');
    expect(error.exit).toBe(78);
  });
  it.each([
    [['--insecure-plain'], true],
    [['--insecure-plain=true'], true],
    [['--insecure-plain=false'], false],
    [['--no-insecure-plain'], false],
    [['--insecure-plain', '--no-insecure-plain'], false],
  ])('switch %j', (argv, value) => expect(load(argv).insecurePlain).toBe(value));
  it('a switch that is on by default can be turned off', () => expect(load(['--no-agent']).agent).toBe(false));
  it.each(['yes', 'on', '2'])('no switch: %s', (text) => {
    expect(failure(() => load([], { LABWATCH_AGENT: text })).code).toBe('CONFIG_BAD_VALUE');
  });
  it.each(['1', 'TRUE'])('switch in the environment: %s', (text) => {
    expect(load([], { LABWATCH_INSECURE_PLAIN: text }).insecurePlain).toBe(true);
  });
  it('a number may have a fraction', () => expect(load(['--ratio', '0.25']).ratio).toBe(0.25));
  it('a list is written with commas, or as a list in the file', () => {
    expect(load(['--hosts', 'a, b']).hosts).toEqual(['a', 'b']);
    expect(load(['--config', file('[labwatch]\nhosts = ["a", "b"]')]).hosts).toEqual(['a', 'b']);
  });
  it.each(['verbose', 'INFO'])('not on the closed list: %s', (text) => {
    expect(failure(() => load(['--log-level', text])).line()).toContain('debug, info, warn, error or silent');
  });
  it('in the file has the type of the file', () => {
    expect(load(['--config', file('[labwatch]\nhttp-port = "8082"')]).httpPort).toBe(8082);
    const error = failure(() => load(['--config', file('[labwatch]\nhttp-port = true')]));
    expect(error.line()).toMatch(/http-port = "true" \(.*\.toml \[labwatch\]\)/);
  });
  it('is not the next flag', () => {
    expect(failure(() => load(['--home', '--agent'])).details).toMatchObject({ key: 'home', value: '' });
    expect(failure(() => load(['--home'])).code).toBe('CONFIG_BAD_VALUE');
    expect(load(['--home=--odd']).home).toBe('--odd');
  });
  it('that is an address is shown without the login in it', () => {
    const error = failure(() => load([], { LABWATCH_RATIO: 'influx://lan:mat@khau@127.0.0.1:8086' }));
    expect(error.line()).toContain('influx://…@127.0.0.1:8086');
    expect(error.line()).not.toMatch(/lan|khau/);
  });
  it('with a line break still makes one line of an error', () => {
    expect(failure(() => load([], { LABWATCH_HTTP_PORT: '80\n81' })).line()).not.toContain('\n');
  });
});

describe('an unknown key', () => {
  it('on the command line is named, with the nearest one', () => {
    const error = failure(() => load(['--htpp-port', '1']));
    expect(error.code).toBe('CONFIG_UNKNOWN_KEY');
    expect(error.details).toMatchObject({ key: '--htpp-port', near: '--http-port', source: 'command line' });
    expect(error.exit).toBe(78);
  });
  it('in a section of the program is named, with file, section and nearest one', () => {
    const path = file('[collector]\nlog-levle = "info"');
    const error = failure(() => load(['--config', path]));
    expect(error.details).toMatchObject({ key: 'log-levle', near: 'log-level', source: `${path} [collector]` });
  });
  it('in the shared section may belong to another program', () => {
    expect(load(['--config', file('[labwatch]\nmqtt-port = 1')]).httpPort).toBe(8080);
  });
  it('in the shared section is named by whoever reads the sections of all programs', () => {
    const sections: FileSection[] = ['labwatch', 'broker', 'collector', 'agent'];
    expect(failure(() => load(['--config', file('[labwatch]\nhtpp-port = 1')], {}, sections)).details).toMatchObject({ near: 'http-port' });
  });
  it('as a section is named', () => {
    expect(failure(() => load(['--config', file('[colector]\nx = 1')])).details).toMatchObject({ near: '[collector]' });
    expect(failure(() => load(['--config', file('collector = 5')])).code).toBe('CONFIG_UNKNOWN_KEY');
    expect(failure(() => load(['--config', file('http-port = 5')])).code).toBe('CONFIG_UNKNOWN_KEY');
  });
  it('is the opposite of what is not a switch', () => {
    expect(failure(() => load(['--no-home'])).code).toBe('CONFIG_UNKNOWN_KEY');
    expect(failure(() => load(['--no-agent=true'])).code).toBe('CONFIG_UNKNOWN_KEY');
  });
});

describe('a secret', () => {
  const secret = 'correct horse battery';
  it('comes from the environment or the file', () => {
    expect(load([], { LABWATCH_INFLUX_PASSWORD: secret }).influxPassword).toBe(secret);
    expect(load(['--config', file(`[collector]\ninflux-password = "${secret}"`)]).influxPassword).toBe(secret);
  });
  it.each([[['--influx-password', secret]], [[`--influx-password=${secret}`]]])(
    'is refused on the command line and not repeated',
    (argv) => {
      const error = failure(() => load(argv));
      expect(error.code).toBe('CONFIG_SECRET_FLAG');
      expect(error.line()).toContain('LABWATCH_INFLUX_PASSWORD');
      expect(JSON.stringify([error.line(), error.vi, error.details])).not.toContain('horse');
    },
  );
  it('is not shown when it is bad', () => {
    const error = failure(() => load([], { LABWATCH_INFLUX_PASSWORD: 'horse' }));
    expect(error.code).toBe('CONFIG_BAD_VALUE');
    expect(JSON.stringify([error.line(), error.vi, error.details])).not.toContain('horse');
  });
  it('is in the help by its environment name only', () => {
    expect(settingsHelp(settings, 'en')).toContain('LABWATCH_INFLUX_PASSWORD');
    expect(settingsHelp(settings, 'en')).not.toContain('--influx-password');
  });
});

describe('what else can be wrong', () => {
  const needy = defineSettings({ server: { schema: Type.String(), help: { en: 'x', vi: 'x' }, allowed: 'a URL' } });
  it('a setting that must be given', () => {
    const error = failure(() => loadSettings(needy, { argv: [], env: {}, sections: ['agent'] }));
    expect(error.code).toBe('CONFIG_MISSING');
    expect(error.line()).toContain('--server');
    expect(error.line()).toContain('LABWATCH_SERVER');
  });
  it('a word too many', () => expect(failure(() => load(['now'])).details).toEqual({ word: 'now' }));
  it('while a command with words gets them', () => {
    const { rest, values } = loadSettings(settings, {
      argv: ['import', '--http-port', '1', 'units.csv'],
      env: {},
      sections: [],
      words: true,
    });
    expect(rest).toEqual(['import', 'units.csv']);
    expect(values.httpPort).toBe(1);
  });
  it.each([
    ['a file that is not there', join(folder, 'none.toml')],
    ['a folder', folder],
    ['no TOML', file('[labwatch\nx')],
  ])('%s', (_name, path) => {
    const error = failure(() => load(['--config', path]));
    expect(error.code).toBe('CONFIG_FILE');
    expect(error.line()).toContain(path);
    expect(error.line()).not.toContain('\n');
  });
});

describe('what a person reads', () => {
  it('help in both languages, aligned, with defaults', () => {
    const en = settingsHelp(settings, 'en').split('\n');
    expect(en.find((line) => line.includes('--http-port'))).toMatch(/^ {2}--http-port +Port of the console\. \[8080\]$/);
    expect(settingsHelp(settings, 'vi')).toMatch(/--http-port +Cổng của trang quản lý\. \[8080\]/);
    const columns = new Set(en.map((line) => / {2}(?! )(?=[^-\s]\S* ?)/.exec(line.slice(4))?.index));
    expect(columns.size).toBe(1);
    expect(en.some((line) => line.startsWith('  --[no-]agent '))).toBe(true);
  });
  it('a row a setting for the documentation', () => {
    expect(settingsTable(settings)).toContain(
      '| `--http-port` | `LABWATCH_HTTP_PORT` | `8080` | Port of the console. Takes a port from 0 to 65535. |',
    );
    expect(settingsTable(settings).join('\n')).toContain('| (environment or file only) | `LABWATCH_INFLUX_PASSWORD` |');
  });
});
