import { Value } from 'typebox/value';
import { LabwatchError } from '../../runtime/errors.ts';
import { agentErrors, agentFail } from '../errors.ts';
import { type Answer, post } from '../net/post.ts';
import type { ProxyFor } from '../net/proxy.ts';
import type { Fingerprint } from '../probes/probe.ts';
import { parseAddress } from './addresses.ts';
import { Given } from './credentials.ts';
import { certificateError, whyOf } from './tls-errors.ts';

/** Codes of the server's problem details and what they are called here. */
const REFUSALS: Readonly<Record<string, keyof typeof agentErrors>> = {
  TOKEN_UNKNOWN: 'AGENT_TOKEN_UNKNOWN',
  TOKEN_EXPIRED: 'AGENT_TOKEN_EXPIRED',
  TOKEN_USED_UP: 'AGENT_TOKEN_USED_UP',
  TOKEN_REVOKED: 'AGENT_TOKEN_REVOKED',
  DEVICE_REVOKED: 'AGENT_DEVICE_REVOKED',
  PROOF_REFUSED: 'AGENT_PROOF_REFUSED',
  DEVICE_IN_USE: 'AGENT_DEVICE_IN_USE',
  TOO_MANY_CLONES: 'AGENT_TOO_MANY_COPIES',
};

/** In place of a token: what an earlier enrolment gave, and which boot of the machine asks. */
export interface Proof {
  readonly device: string;
  readonly secret: string;
  readonly boot: string;
  /** Milliseconds since that boot. */
  readonly mono: number;
  /** Another machine connects as the same device. */
  readonly duplicate: boolean;
  /** Random; what this machine is told by if its hardware cannot tell it from another. */
  readonly twin: string;
}

export interface EnrolmentOptions {
  /** https://…, or http:// to this machine. */
  readonly server: string;
  /** PEM; the system's authorities when absent. */
  readonly ca: string | undefined;
  readonly key: { readonly token: string; readonly twin?: string } | { readonly proof: Proof };
  /** Label of the seat. */
  readonly name: string;
  readonly fingerprint: Fingerprint;
  readonly insecurePlain: boolean;
  /** Default: no proxy. */
  readonly proxyFor?: ProxyFor;
  readonly now: () => number;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * Exchanges a token, or the secret of a device, and the fingerprint for an id and a secret: POST /api/v1/enrolments.
 * @throws LabwatchError AGENT_SERVER_URL, AGENT_PROXY_REFUSED, AGENT_PLAIN_REFUSED, AGENT_SERVER_UNREACHABLE, AGENT_CA_WRONG, AGENT_CLOCK_WRONG,
 *   AGENT_TOKEN_*, AGENT_PROOF_REFUSED, AGENT_DEVICE_IN_USE, AGENT_TOO_MANY_COPIES, AGENT_DEVICE_REVOKED,
 *   AGENT_ENROLMENT_REFUSED, AGENT_ENROLMENT_ANSWER
 */
export async function enrol(options: EnrolmentOptions): Promise<Given> {
  const base = parseAddress(options.server, ['http:', 'https:'], options.insecurePlain);
  const url = new URL('/api/v1/enrolments', base);
  const { uuid, board, macs, disks } = options.fingerprint;
  const fingerprint = { ...(uuid === undefined ? {} : { uuid }), ...(board === undefined ? {} : { board }), macs, disks };
  let answer: Answer;
  try {
    answer = await post(url, JSON.stringify({ ...options.key, name: options.name, fingerprint }), {
      ca: options.ca,
      proxyFor: options.proxyFor ?? (() => undefined),
    });
  } catch (error) {
    if (error instanceof LabwatchError) throw error;
    throw (
      certificateError(error, base.origin, options.now()) ??
      agentFail('AGENT_SERVER_UNREACHABLE', { url: base.origin, why: whyOf(error) }, error)
    );
  }
  const { status } = answer;
  const value = parsed(answer.text);
  if (status === 200 || status === 201) {
    if (!Value.Check(Given, value)) throw agentFail('AGENT_ENROLMENT_ANSWER', { url: base.origin, why: `status ${status}` });
    for (const each of [value.broker.url, ...(value.broker.urls ?? [])])
      parseAddress(each, ['mqtt:', 'mqtts:', 'ws:', 'wss:'], options.insecurePlain);
    return Value.Clean(Given, value) as Given;
  }
  const code = (value as { code?: unknown } | undefined)?.code;
  if (typeof code !== 'string') throw agentFail('AGENT_ENROLMENT_ANSWER', { url: base.origin, why: `status ${status}` });
  const refusal = REFUSALS[code];
  if (refusal === undefined && (status === 429 || status >= 500))
    throw agentFail('AGENT_SERVER_UNREACHABLE', { url: base.origin, why: code });
  throw refusal === undefined ? agentFail('AGENT_ENROLMENT_REFUSED', { status, code: code.slice(0, 40) }) : agentFail(refusal);
}

/** Whether trying again later, with nothing changed here, may work. */
export const mayPass = (error: unknown): boolean =>
  [
    'AGENT_SERVER_UNREACHABLE',
    'AGENT_PROXY_REFUSED',
    'AGENT_CLOCK_WRONG',
    'AGENT_ENROLMENT_ANSWER',
    'AGENT_DEVICE_IN_USE',
    'AGENT_TOO_MANY_COPIES',
  ].includes((error as { code?: string }).code ?? '');
