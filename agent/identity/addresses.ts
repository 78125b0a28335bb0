import { agentFail } from '../errors.ts';
import { withoutLogin } from '../../runtime/settings.ts';

const LOOPBACK = /^(localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])$/;
const SECURE: Readonly<Record<string, string>> = { 'http:': 'https://', 'mqtt:': 'mqtts://', 'ws:': 'wss://' };

/** Whether what is sent there stays on this machine or is encrypted. */
export const isPrivateLine = (url: URL): boolean => SECURE[url.protocol] === undefined || LOOPBACK.test(url.hostname);

/**
 * An address of the server or the broker, of one of these protocols.
 * @throws LabwatchError AGENT_SERVER_URL, or AGENT_PLAIN_REFUSED when it is another machine and the line is not encrypted
 */
export function parseAddress(text: string, protocols: readonly string[], insecurePlain: boolean): URL {
  let url: URL;
  try {
    url = new URL(text);
  } catch (error) {
    throw agentFail('AGENT_SERVER_URL', { url: withoutLogin(text) }, error);
  }
  // The address is printed in logs and errors: no password may hide in it.
  const shown = `${url.protocol}//${url.host}`;
  if (!protocols.includes(url.protocol) || url.hostname === '' || url.username !== '' || url.password !== '')
    throw agentFail('AGENT_SERVER_URL', { url: shown });
  if (!insecurePlain && !isPrivateLine(url))
    throw agentFail('AGENT_PLAIN_REFUSED', { url: shown, secure: SECURE[url.protocol] ?? 'https://' });
  return url;
}
