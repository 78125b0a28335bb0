import type { Socket } from 'node:net';
import { agentFail } from '../errors.ts';

/** A proxy that understands HTTP CONNECT (RFC 9110, section 9.3.6). */
export interface Proxy {
  readonly host: string;
  readonly port: number;
  /** `user:password`; a secret. */
  readonly login?: string;
}

/** Which proxy a line to an address goes through; undefined = none. */
export type ProxyFor = (url: URL) => Proxy | undefined;

const LOOPBACK = /^(localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])$/;
const LONGEST_HEAD = 8 * 1024;

/** @throws LabwatchError AGENT_PROXY */
function parse(text: string, login: string | undefined): Proxy {
  let url: URL;
  try {
    url = new URL(text.includes('://') ? text : `http://${text}`);
  } catch (error) {
    throw agentFail('AGENT_PROXY', {}, error);
  }
  if (url.protocol !== 'http:' || url.hostname === '') throw agentFail('AGENT_PROXY');
  const own = url.username === '' ? undefined : `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  const known = login ?? own;
  const port = url.port === '' ? 80 : Number(url.port);
  return { host: url.hostname.replaceAll(/^\[|\]$/g, ''), port, ...(known === undefined ? {} : { login: known }) };
}

/** NO_PROXY as curl reads it: names and their subdomains, addresses, `*`; separated by commas or spaces. */
function spared(url: URL, list: string): boolean {
  const host = url.hostname.replaceAll(/^\[|\]$/g, '').toLowerCase();
  return list
    .toLowerCase()
    .split(/[\s,]+/)
    .filter(Boolean)
    .some((entry) => {
      const [, name = '', port] = /^\*?\.?(.*?)(?::(\d+))?$/.exec(entry)!;
      if (entry === '*') return true;
      return (port === undefined || port === url.port) && (host === name || host.endsWith(`.${name}`));
    });
}

/**
 * The rule of this machine: the setting `proxy` (`none` = never one), else HTTPS_PROXY or https_proxy of the environment; not to this
 * machine itself, nor to what NO_PROXY names. A login stands in `proxyLogin` or in the environment's address, never in a flag.
 * @throws LabwatchError AGENT_PROXY
 */
export function proxyRule(
  settings: { readonly proxy?: string | undefined; readonly proxyLogin?: string | undefined },
  env: Readonly<Record<string, string | undefined>>,
): ProxyFor {
  const found = settings.proxy ?? env['HTTPS_PROXY'] ?? env['https_proxy'];
  if (found === undefined || found === '' || found === 'none') return () => undefined;
  const proxy = parse(found, settings.proxyLogin);
  const list = env['NO_PROXY'] ?? env['no_proxy'] ?? '';
  return (url) => (LOOPBACK.test(url.hostname) || spared(url, list) ? undefined : proxy);
}

/** The head of an answer, and what already came behind it. */
function readHead(socket: Socket): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    const stop = (): void => {
      socket.off('readable', onReadable);
      socket.off('error', reject);
      socket.off('close', onClose);
    };
    const onReadable = (): void => {
      for (let chunk = socket.read() as Buffer | null; chunk !== null; chunk = socket.read() as Buffer | null) {
        const before = text.length;
        text += chunk.toString('latin1');
        const end = text.indexOf('\r\n\r\n');
        if (end !== -1) {
          stop();
          const rest = chunk.subarray(end + 4 - before);
          if (rest.length > 0) socket.unshift(rest);
          return resolve(text.slice(0, end));
        }
        if (text.length > LONGEST_HEAD) {
          stop();
          return reject(new Error('no answer of a proxy'));
        }
      }
    };
    const onClose = (): void => {
      stop();
      reject(Object.assign(new Error('the proxy closed the line'), { code: 'ECONNRESET' }));
    };
    socket.on('readable', onReadable);
    socket.once('error', reject);
    socket.once('close', onClose);
  });
}

/** Asks a proxy, on a line to it that stands, for a line to somewhere else. @throws LabwatchError AGENT_PROXY_REFUSED, or the error of the system */
export async function connectThrough(socket: Socket, { host, port }: { host: string; port: number }, proxy: Proxy): Promise<void> {
  const target = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  const login = proxy.login === undefined ? '' : `Proxy-Authorization: Basic ${Buffer.from(proxy.login).toString('base64')}\r\n`;
  socket.write(`CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n${login}\r\n`);
  const head = await readHead(socket);
  const status = /^HTTP\/1\.[01] (\d{3})/.exec(head)?.[1];
  if (status?.startsWith('2') === true) return;
  throw agentFail('AGENT_PROXY_REFUSED', { proxy: `${proxy.host}:${proxy.port}`, why: status ?? 'no HTTP' });
}
