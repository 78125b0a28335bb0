import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A program of Debian that does a like work, with its defaults, on loopback, in the foreground. */
export interface Peer {
  readonly name: string;
  readonly file: string;
  /** Words and files for a run in an empty folder. */
  readonly prepare: (folder: string) => readonly string[];
  /** What asks it or listens to it; see counterpart.ts. */
  readonly counterpart: readonly string[];
}

const write = (folder: string, name: string, lines: readonly string[]): string => {
  const path = join(folder, name);
  writeFileSync(path, `${lines.join('\n')}\n`);
  return path;
};

const zabbixLines = (folder: string): string[] => [
  'LogType=console',
  'Server=127.0.0.1',
  'ListenIP=127.0.0.1',
  'Hostname=bench',
  `PidFile=${join(folder, 'pid')}`,
];

export const PEERS: readonly Peer[] = [
  {
    name: 'zabbix_agent',
    file: 'zabbix_agentd',
    prepare: (folder) => ['-f', '-c', write(folder, 'zabbix.conf', [...zabbixLines(folder), 'AllowRoot=1'])],
    counterpart: ['zabbix', '10050'],
  },
  {
    name: 'zabbix_agent2',
    file: 'zabbix_agent2',
    prepare: (folder) => [
      '-f',
      '-c',
      write(folder, 'zabbix2.conf', [
        ...zabbixLines(folder),
        `ControlSocket=${join(folder, 'agent.sock')}`,
        `PluginSocket=${join(folder, 'plugin.sock')}`,
      ]),
    ],
    counterpart: ['zabbix', '10050'],
  },
  {
    name: 'collectd',
    file: 'collectd',
    // The plugins Debian switches on, without those that need other hardware; the default interval is 10 s.
    prepare: (folder) => [
      '-f',
      '-C',
      write(folder, 'collectd.conf', [
        'Hostname "bench"',
        'FQDNLookup false',
        `BaseDir "${folder}"`,
        `PIDFile "${join(folder, 'pid')}"`,
        'TypesDB "/usr/share/collectd/types.db"',
        ...['cpu', 'df', 'disk', 'interface', 'irq', 'load', 'memory', 'processes', 'swap', 'users', 'network'].map(
          (each) => `LoadPlugin ${each}`,
        ),
        '<Plugin network>',
        '  Server "127.0.0.1" "25826"',
        '</Plugin>',
      ]),
    ],
    counterpart: ['udp', '25826'],
  },
  {
    name: 'node_exporter',
    file: 'prometheus-node-exporter',
    prepare: () => ['--web.listen-address=127.0.0.1:9100', '--log.level=error'],
    // Prometheus asks once a minute by default.
    counterpart: ['http', 'http://127.0.0.1:9100/metrics'],
  },
  {
    name: 'netdata',
    file: 'netdata',
    prepare: (folder) => {
      for (const each of ['cache', 'lib', 'log']) mkdirSync(join(folder, each));
      const lines = ['[global]', 'run as user = root', '[db]', 'mode = ram', '[directories]'];
      const folders = [`cache = ${join(folder, 'cache')}`, `lib = ${join(folder, 'lib')}`, `log = ${join(folder, 'log')}`];
      const rest = [
        '[logs]',
        'debug = none',
        'error = none',
        'access = none',
        '[web]',
        'bind to = 127.0.0.1',
        '[registry]',
        'enabled = no',
      ];
      return ['-D', '-P', join(folder, 'pid'), '-c', write(folder, 'netdata.conf', [...lines, ...folders, ...rest])];
    },
    // Its newest values, asked once a minute, as a Prometheus would; a parent would get every second's.
    counterpart: ['http', 'http://127.0.0.1:19999/api/v1/allmetrics?format=prometheus'],
  },
];
