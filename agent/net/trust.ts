import { X509Certificate } from 'node:crypto';
import { checkServerIdentity, type DetailedPeerCertificate, type TLSSocket } from 'node:tls';

/** What OpenSSL says of a certificate that is good but for the time. */
const TIME = new Set(['CERT_NOT_YET_VALID', 'CERT_HAS_EXPIRED']);
/** id-kp-serverAuth (RFC 5280, section 4.2.1.12). */
const SERVER_AUTH = '1.3.6.1.5.5.7.3.1';
const LONGEST_CHAIN = 4;

const refused = (code: string): Error => Object.assign(new Error(code), { code });

/** Certificates of a PEM file. */
const authoritiesOf = (pem: string): X509Certificate[] =>
  (pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []).map((text) => new X509Certificate(text));

const signed = (child: X509Certificate, parent: X509Certificate): boolean =>
  parent.ca && child.checkIssued(parent) && child.verify(parent.publicKey);

/** What the server showed, its own certificate first. */
function chainOf(socket: TLSSocket): X509Certificate[] {
  const chain: X509Certificate[] = [];
  let at: DetailedPeerCertificate | undefined = socket.getPeerCertificate(true);
  while (at?.raw !== undefined && chain.length < LONGEST_CHAIN) {
    chain.push(new X509Certificate(at.raw));
    at = at.issuerCertificate === at ? undefined : at.issuerCertificate;
  }
  return chain;
}

/** Whether signatures lead from the first certificate to one of the authorities, whatever the date. */
function leadsTo(chain: readonly X509Certificate[], authorities: readonly X509Certificate[]): boolean {
  for (const [i, here] of chain.entries()) {
    if (authorities.some((authority) => here.raw.equals(authority.raw) || signed(here, authority))) return true;
    const issuer = chain[i + 1];
    if (issuer === undefined || !signed(here, issuer)) return false;
  }
  return false;
}

/**
 * Judges a TLS line whose certificate was checked by OpenSSL against the pinned authorities without being turned down. A machine with a
 * dead CMOS battery would never get through again, so the one thing that may be wrong is the time: then the chain to the pinned
 * authority, the name and the purpose are checked here once more, because OpenSSL tells only the last thing it found.
 * @param ca PEM of the pinned authorities
 * @returns whether it is valid at this machine's time
 * @throws an error with the code of OpenSSL
 */
export function trusted(socket: TLSSocket, host: string, ca: string): boolean {
  if (socket.authorized) return true;
  const { authorizationError } = socket as unknown as { authorizationError: string | Error | undefined };
  const code =
    typeof authorizationError === 'string'
      ? authorizationError
      : ((authorizationError as { code?: string } | undefined)?.code ?? 'CERT_REJECTED');
  if (!TIME.has(code)) throw refused(code);
  const chain = chainOf(socket);
  const [leaf] = chain;
  if (leaf === undefined || !leadsTo(chain, authoritiesOf(ca))) throw refused('UNABLE_TO_VERIFY_LEAF_SIGNATURE');
  const { keyUsage } = leaf as { keyUsage?: readonly string[] };
  if (keyUsage !== undefined && !keyUsage.includes(SERVER_AUTH)) throw refused('INVALID_PURPOSE');
  const wrongName = checkServerIdentity(host, socket.getPeerCertificate(true));
  if (wrongName !== undefined) throw wrongName;
  return false;
}
