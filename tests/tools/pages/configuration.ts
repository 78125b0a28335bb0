import { agentSettings } from '../../../agent/settings.ts';
import { brokerSettings } from '../../../broker/settings.ts';
import { collectorSettings } from '../../../collector/settings.ts';
import { commonSettings } from '../../../runtime/common-settings.ts';
import { settingsTable, type Settings } from '../../../runtime/settings.ts';
import { upSettings } from '../../../up.ts';

/** Without what every program takes: those have a table of their own. */
const own = (settings: Settings): Settings =>
  Object.fromEntries(Object.entries(settings).filter(([key]) => settings === commonSettings || !(key in commonSettings)));

const known = new Set([commonSettings, agentSettings, brokerSettings, collectorSettings].flatMap((settings) => Object.keys(settings)));
const ownOfUp = Object.fromEntries(Object.entries(upSettings as Settings).filter(([key]) => !known.has(key)));

/** The settings of every program, by the heading and the section of the file they get. */
export const PROGRAM_SETTINGS: readonly (readonly [heading: string, section: string, settings: Settings])[] = [
  ['Every program', 'labwatch', commonSettings],
  ['Broker', 'broker', brokerSettings],
  ['Collector', 'collector', collectorSettings],
  ['Agent', 'agent', agentSettings],
  ['`labwatch up`, beside all of the above', 'labwatch', ownOfUp],
];

/** docs/configuration.md. */
export function configurationPage(): string {
  const tables = PROGRAM_SETTINGS.map(([heading, section, settings]) =>
    [
      `## ${heading}\n`,
      `In the file under \`[${section}]\`.\n`,
      '| flag | environment | default | what |',
      '|---|---|---|---|',
      ...settingsTable(own(settings)),
      '',
    ].join('\n'),
  );
  const head = [
    '# Configuration',
    '',
    'The command line wins over the environment, the environment over the file, the file over the default. An unknown or bad setting',
    'is one line that names it, and exit code 78. Secrets come from the environment or the file only: a command line can be read by',
    'every user of the machine.',
    '',
    'The file is TOML, given by `--config` or `LABWATCH_CONFIG`. Keys are the names of the flags, in the section of their program;',
    '`[labwatch]` may hold what several programs share.',
    '',
    '```toml',
    '[labwatch]',
    'home = "/var/lib/labwatch"',
    'listen = "0.0.0.0"',
    '',
    '[collector]',
    'influx-url = "http://127.0.0.1:8086"',
    '```',
    '',
    'A switch that is on by default is turned off with `--no-…`. Commands such as `labwatch token` have flags of their own; see their',
    '`--help`. This page is made by `npm run generate`.',
    '',
    '',
  ].join('\n');
  return `${head}${tables.join('\n')}`;
}
