import { createSocket } from 'node:dgram';
import { connect } from 'node:net';

/**
 * What stands on the other side of a peer, started in its network: a server that asks it every minute as its own server would, or
 * takes what it sends. `node counterpart.ts zabbix <port> | http <url> | udp <port>`
 */

/** Items of the template "Linux by Zabbix agent" of Zabbix 6.0 that are asked every minute, less those of single disks and services. */
const ZABBIX_ITEMS = [
  'agent.ping',
  'kernel.maxfiles',
  'kernel.maxproc',
  'proc.num',
  'proc.num[,,run]',
  'system.boottime',
  'system.cpu.intr',
  'system.cpu.load[all,avg1]',
  'system.cpu.load[all,avg5]',
  'system.cpu.load[all,avg15]',
  'system.cpu.num',
  'system.cpu.switches',
  ...['guest', 'guest_nice', 'idle', 'interrupt', 'iowait', 'nice', 'softirq', 'steal', 'system', 'user'].map(
    (each) => `system.cpu.util[,${each}]`,
  ),
  'system.localtime',
  'system.swap.size[,free]',
  'system.swap.size[,pfree]',
  'system.swap.size[,total]',
  'system.uptime',
  'system.users.num',
  'vfs.file.cksum[/etc/passwd,sha256]',
  'vfs.fs.size[/,used]',
  'vfs.fs.size[/,total]',
  'vfs.fs.size[/,pused]',
  'vm.memory.size[available]',
  'vm.memory.size[pavailable]',
  'vm.memory.size[total]',
  'net.if.in[lo]',
  'net.if.out[lo]',
];

/** One passive check (zabbix.com/documentation/6.0/en/manual/appendix/items/activepassive): a connection of its own. */
function ask(port: number, key: string): Promise<number> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    let bytes = 0;
    const size = Buffer.alloc(8);
    size.writeUInt32LE(Buffer.byteLength(key));
    socket.on('connect', () => socket.write(Buffer.concat([Buffer.from('ZBXD\u0001', 'latin1'), size, Buffer.from(key)])));
    socket.on('data', (chunk) => (bytes += chunk.length));
    socket.on('error', () => resolve(0));
    socket.on('close', () => resolve(bytes));
  });
}

async function zabbix(port: number): Promise<string> {
  let answered = 0;
  for (const key of ZABBIX_ITEMS) if ((await ask(port, key)) > 13) answered += 1;
  return `${answered} of ${ZABBIX_ITEMS.length} items`;
}

async function http(url: string): Promise<string> {
  const response = await fetch(url);
  return `${response.status}, ${(await response.text()).length} bytes`;
}

const [kind, where = ''] = process.argv.slice(2);
if (kind === 'udp') {
  let datagrams = 0;
  const socket = createSocket('udp4', () => {
    datagrams += 1;
    if (datagrams === 1) process.stdout.write('heard\n');
  });
  socket.bind(Number(where), '127.0.0.1');
} else {
  const look = async (): Promise<void> => {
    const answer = await (kind === 'zabbix' ? zabbix(Number(where)) : http(where)).catch((error: unknown) => String(error));
    process.stdout.write(`heard ${answer}\n`);
  };
  setTimeout(() => void look(), 5_000);
  setInterval(() => void look(), 60_000);
}
