import { lookup } from 'node:dns/promises';
import { readFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { routesOf } from '../../core/link/routes.ts';
import { agentErrors } from '../../errors.ts';
import { certificateError, whyOf } from '../../identity/tls-errors.ts';
import type { Context } from './context.ts';
import { fail, failed, type Finding, ok, warn, type Words, words } from './finding.ts';

const TIMEOUT_MS = 8_000;
/** As the server judges: docs/wire.md. */
const SKEW_MS = 90_000;
const DAY_MS = 86_400_000;
const PORTS: Readonly<Record<string, number>> = { 'http:': 80, 'https:': 443, 'mqtt:': 1883, 'mqtts:': 8883, 'ws:': 80, 'wss:': 443 };
const SECURE = new Set(['https:', 'mqtts:', 'wss:']);

const NETWORK = words(
  'Check the cable or Wi-Fi, the address, and whether the school router lets this port through.',
  'Hãy kiểm tra cáp mạng hoặc Wi-Fi, địa chỉ, và bộ định tuyến của trường có cho qua cổng này không.',
);
const NAME = words('Check the name and the DNS server of this network.', 'Hãy kiểm tra tên máy chủ và DNS của mạng này.');

function timed<T>(work: Promise<T>, give: () => void): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    give();
    late.reject(Object.assign(new Error('timed out'), { code: 'ETIMEDOUT' }));
  }, TIMEOUT_MS);
  return Promise.race([work, late.promise]).finally(() => clearTimeout(timer));
}

/** A TCP line to one address. @returns milliseconds it took */
async function reach(address: string, port: number): Promise<{ readonly socket: Socket; readonly ms: number }> {
  const began = performance.now();
  const socket = connect({ host: address, port });
  socket.on('error', () => undefined);
  const standing = new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
  });
  await timed(standing, () => socket.destroy());
  return { socket, ms: Math.round(performance.now() - began) };
}

/** TLS over a line that stands, with the certificate checked. @returns until when the certificate is good */
async function shakeHands(socket: Socket, host: string, ca: string | undefined): Promise<string> {
  const isAddress = /^[\d.]+$|:/.test(host);
  const secure = connectTls({ socket, host, ...(isAddress ? {} : { servername: host }), ...(ca === undefined ? {} : { ca: [ca] }) });
  secure.on('error', () => undefined);
  const standing = new Promise<void>((resolve, reject) => {
    secure.once('secureConnect', resolve);
    secure.once('error', reject);
    secure.once('close', () => reject(Object.assign(new Error('closed'), { code: 'ECONNRESET' })));
  });
  try {
    await timed(standing, () => secure.destroy());
    return new Date(secure.getPeerCertificate().valid_to).toISOString().slice(0, 10);
  } finally {
    secure.destroy();
  }
}

/** Name, every address, TCP and TLS of one end: what stops at each stage, and why. Sends nothing. */
export async function checkEnd(id: string, url: URL, ca: string | undefined, now = Date.now()): Promise<Finding[]> {
  const host = url.hostname.replaceAll(/^\[|\]$/g, '');
  const port = url.port === '' ? PORTS[url.protocol]! : Number(url.port);
  let addresses: string[];
  try {
    addresses = (await timed(lookup(host, { all: true }), () => undefined)).map(({ address }) => address);
  } catch (error) {
    return [
      fail(id, words(`${host}: the name is not known (${whyOf(error)})`, `${host}: không tìm thấy tên máy chủ (${whyOf(error)})`), NAME),
    ];
  }
  const findings: Finding[] = [];
  let line: Socket | undefined;
  for (const address of addresses) {
    const shown = address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
    try {
      const { socket, ms } = await reach(address, port);
      if (line === undefined) line = socket;
      else socket.destroy();
      findings.push(ok(id, words(`${shown} answers (${ms} ms)`, `${shown} có trả lời (${ms} ms)`)));
    } catch (error) {
      const what = words(`${shown} does not answer (${whyOf(error)})`, `${shown} không trả lời (${whyOf(error)})`);
      findings.push(addresses.length > 1 ? warn(id, what, NETWORK) : fail(id, what, NETWORK));
    }
  }
  if (line === undefined) return findings.map((finding) => ({ ...finding, level: 'fail' }));
  if (!SECURE.has(url.protocol)) {
    line.destroy();
    return findings;
  }
  try {
    const day = await shakeHands(line, host, ca);
    findings.push(ok(id, words(`its certificate is trusted, until ${day}`, `chứng chỉ được tin cậy, đến ${day}`)));
  } catch (error) {
    const known = certificateError(error, `${url.protocol}//${url.host}`, now);
    findings.push(
      known === undefined
        ? fail(id, words(`no TLS (${whyOf(error)})`, `không lập được TLS (${whyOf(error)})`), NETWORK)
        : failed(id, known),
    );
  }
  return findings;
}

/**
 * The server's clock, from the Date header of /healthz. The certificate is not checked: with a clock that is wrong by years it
 * could not be, and nothing secret is sent.
 */
function serverTime(base: URL): Promise<number | undefined> {
  const secure = base.protocol === 'https:';
  return new Promise((resolve, reject) => {
    const send = secure ? httpsRequest : httpRequest;
    const options = {
      method: 'GET',
      agent: false,
      signal: AbortSignal.timeout(TIMEOUT_MS),
      ...(secure ? { rejectUnauthorized: false } : {}),
    };
    const call = send(new URL('/healthz', base), options, (response) => {
      response.resume();
      const time = Date.parse(response.headers.date ?? '');
      resolve(Number.isNaN(time) ? undefined : time);
      response.destroy();
    });
    call.on('error', reject);
    call.end();
  });
}

/** This machine's clock against the server's. Pure. */
export function judgeClock(here: number, there: number): Finding {
  const skew = here - there;
  const seconds = Math.round(Math.abs(skew) / 1000);
  const amount = Math.abs(skew) >= DAY_MS ? `${Math.round(Math.abs(skew) / DAY_MS)} d` : `${seconds} s`;
  const amountVi = Math.abs(skew) >= DAY_MS ? `${Math.round(Math.abs(skew) / DAY_MS)} ngày` : `${seconds} giây`;
  if (Math.abs(skew) <= SKEW_MS) return ok('clock', words(`${amount} beside the server's`, `lệch ${amountVi} so với máy chủ`));
  const what = words(
    `${amount} ${skew > 0 ? 'ahead of' : 'behind'} the server's`,
    `${skew > 0 ? 'nhanh' : 'chậm'} ${amountVi} so với máy chủ`,
  );
  const todo = words(
    'Set the clock. If it is wrong again after every start, the battery on the main board is flat.',
    'Hãy chỉnh lại giờ. Nếu mỗi lần bật máy lại sai giờ thì pin CMOS trên bo mạch đã hết.',
  );
  return Math.abs(skew) >= DAY_MS ? fail('clock', what, todo) : warn('clock', what, todo);
}

const read = (path: string | undefined): string | undefined => {
  try {
    return path === undefined ? undefined : readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
};

/** The server that enrols, and its clock. */
export async function checkServer({ settings }: Context): Promise<readonly Finding[]> {
  if (settings.server === undefined || !URL.canParse(settings.server)) return [];
  const url = new URL(settings.server);
  const findings = await checkEnd('server', url, read(settings.ca));
  try {
    const time = await serverTime(url);
    if (time !== undefined) return [...findings, judgeClock(Date.now(), time)];
  } catch {
    // The lines above say what stands in the way.
  }
  return [...findings, warn('clock', words("the server's time is unknown", 'không rõ giờ của máy chủ'), NETWORK)];
}

const softer = (finding: Finding): Finding => (finding.level === 'fail' ? { ...finding, level: 'warn' } : finding);

/** What to do about an error of the link. */
const hintOf = (code: string | undefined): Words | undefined =>
  code !== undefined && Object.hasOwn(agentErrors, code) ? agentErrors[code as keyof typeof agentErrors].hint : undefined;

/** The broker, by the address it was enrolled with and by those it may also be reached at. One that can be reached is enough. */
export async function checkBroker({ credentials, status, running }: Context): Promise<readonly Finding[]> {
  if (credentials === undefined) return [];
  const [best, ...ways] = routesOf(credentials.broker);
  const { ca } = credentials.broker;
  const main = await checkEnd('broker', new URL(best!), ca);
  const others = await Promise.all(ways.map((way) => checkEnd('broker', new URL(way), ca)));
  // One good way is enough; a way round that is closed is not worth a word then.
  const good = (findings: readonly Finding[]): boolean => findings.every(({ level }) => level !== 'fail');
  const round = others.filter(good).flat();
  const seen = good(main)
    ? [...main, ...round]
    : [...(round.length > 0 ? main.map(softer) : main), ...(round.length > 0 ? round : others.flat())];
  const link =
    running && status?.link !== 'connected'
      ? [
          warn(
            'broker',
            words(
              `the agent is not connected now (${status?.linkError ?? status?.link})`,
              `tác nhân hiện chưa kết nối (${status?.linkError ?? status?.link})`,
            ),
            hintOf(status?.linkError) ?? NETWORK,
          ),
        ]
      : [];
  return [...seen, ...link];
}
