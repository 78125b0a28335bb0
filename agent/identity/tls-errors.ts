import type { LabwatchError } from '../../runtime/errors.ts';
import { agentFail } from '../errors.ts';

/** Codes of OpenSSL and Node for a certificate that is not trusted (nodejs.org/api/tls.html#x509-certificate-error-codes). */
const UNTRUSTED = new Set([
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'CERT_SIGNATURE_FAILURE',
  'CERT_CHAIN_TOO_LONG',
  'CERT_REVOKED',
  'CERT_UNTRUSTED',
  'CERT_REJECTED',
  'INVALID_CA',
  'INVALID_PURPOSE',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'HOSTNAME_MISMATCH',
]);

/** What stood in the way of a connection, as a code or a word: never a stack. */
export function whyOf(error: unknown): string {
  const { code, errors, message } = error as { code?: unknown; errors?: unknown[]; message?: string };
  // Several addresses were tried; the first tells enough.
  if (errors !== undefined && errors.length > 0) return whyOf(errors[0]);
  return typeof code === 'string' ? code : (message ?? String(error)).split('\n')[0]!;
}

/** The error for a certificate that was not accepted; undefined when something else went wrong. */
export function certificateError(error: unknown, url: string, now: number): LabwatchError | undefined {
  const why = whyOf(error);
  if (why === 'CERT_NOT_YET_VALID' || why === 'CERT_HAS_EXPIRED')
    return agentFail('AGENT_CLOCK_WRONG', { url, now: new Date(now).toISOString() }, error);
  return UNTRUSTED.has(why) ? agentFail('AGENT_CA_WRONG', { url, why }, error) : undefined;
}
