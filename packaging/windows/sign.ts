import { execFileSync } from 'node:child_process';
import { renameSync, rmSync } from 'node:fs';

/** Where the certificate for Authenticode is; without one the executable stays unsigned. */
export interface SigningIdentity {
  /** PKCS #12. */
  readonly file: string;
  /** File with its password. */
  readonly passwordFile: string | undefined;
  /** Time stamp server; without one the signature ends with the certificate. */
  readonly timestamp: string | undefined;
}

/** Signs a Windows executable in place (osslsigncode). @throws Error when it cannot be signed */
export function signExecutable(file: string, identity: SigningIdentity): void {
  const signed = `${file}.signed`;
  const password = identity.passwordFile === undefined ? [] : ['-readpass', identity.passwordFile];
  const stamp = identity.timestamp === undefined ? [] : ['-ts', identity.timestamp];
  try {
    execFileSync(
      'osslsigncode',
      ['sign', '-pkcs12', identity.file, ...password, '-h', 'sha256', '-n', 'labwatch agent', ...stamp, '-in', file, '-out', signed],
      { stdio: ['ignore', 'ignore', 'pipe'] },
    );
    renameSync(signed, file);
  } finally {
    rmSync(signed, { force: true });
  }
}
