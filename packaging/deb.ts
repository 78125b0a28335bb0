import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where the package lays the executable; `labwatch-agent install` copies it to its place, from where it may update itself. */
const PROGRAM = 'usr/lib/labwatch/labwatch-agent';
/** What an administrator lays here beforehand is taken at the installation: labwatch-token.txt, ca.crt, labwatch-agent.toml. */
const SETUP = 'etc/labwatch/setup';

const POSTINST = `#!/bin/sh
set -e
if [ "$1" = configure ]; then
  if [ -n "\${LABWATCH_TOKEN:-}" ] || [ -e /${SETUP}/labwatch-token.txt ] || [ -e /etc/labwatch/agent.toml ]; then
    /${PROGRAM} install --from /${SETUP} --wait-seconds 0
  else
    echo "labwatch-agent: lay labwatch-token.txt, ca.crt and labwatch-agent.toml into /${SETUP}, then run:"
    echo "labwatch-agent: chép labwatch-token.txt, ca.crt và labwatch-agent.toml vào /${SETUP}, rồi chạy:"
    echo "  /${PROGRAM} install --from /${SETUP}"
  fi
fi
`;
const PRERM = `#!/bin/sh
set -e
if [ "$1" = remove ]; then /${PROGRAM} uninstall || true; fi
`;
const POSTRM = `#!/bin/sh
set -e
if [ "$1" = purge ]; then rm -rf /etc/labwatch /var/lib/labwatch /opt/labwatch; fi
`;

const control = (version: string, architecture: string, kilobytes: number): string => `Package: labwatch-agent
Version: ${version.replace('-', '~')}
Architecture: ${architecture}
Maintainer: labwatch
Installed-Size: ${kilobytes}
Depends: libc6 (>= 2.28), libstdc++6
Section: admin
Priority: optional
Description: health, use and antivirus status of a school PC
 Reports over MQTT to a labwatch server. One process, no scripts in its loop.
`;

export interface DebOptions {
  readonly executable: string;
  readonly version: string;
  readonly architecture: 'amd64' | 'arm64';
  /** Path of the package to make. */
  readonly output: string;
  /** Folder for what is half done. */
  readonly cache: string;
}

/** A Debian package of the executable; the same bytes from the same executable. Needs dpkg-deb. @throws Error when it fails */
export function buildDeb({ executable, version, architecture, output, cache }: DebOptions): void {
  const root = join(cache, `deb-${architecture}-${process.pid}`);
  rmSync(root, { recursive: true, force: true });
  try {
    for (const [folder, mode] of [
      ['DEBIAN', 0o755],
      ['usr/lib/labwatch', 0o755],
      [SETUP, 0o700],
    ] as const) {
      mkdirSync(join(root, folder), { recursive: true });
      chmodSync(join(root, folder), mode);
    }
    for (const folder of ['', 'usr', 'usr/lib', 'etc', 'etc/labwatch']) chmodSync(join(root, folder), 0o755);
    copyFileSync(executable, join(root, PROGRAM));
    chmodSync(join(root, PROGRAM), 0o755);
    const kilobytes = Number(execFileSync('du', ['-k', '--apparent-size', join(root, PROGRAM)], { encoding: 'utf8' }).split('\t')[0]);
    writeFileSync(join(root, 'DEBIAN/control'), control(version, architecture, kilobytes), { mode: 0o644 });
    for (const [name, text] of [
      ['postinst', POSTINST],
      ['prerm', PRERM],
      ['postrm', POSTRM],
    ] as const) {
      writeFileSync(join(root, 'DEBIAN', name), text);
      chmodSync(join(root, 'DEBIAN', name), 0o755);
    }
    // dpkg-deb takes every time of a file that is later than this down to it (deb(5), reproducible-builds.org).
    const env = { ...process.env, SOURCE_DATE_EPOCH: '0' };
    execFileSync('dpkg-deb', ['--root-owner-group', '-Zxz', '-z1', '--build', root, output], { env, stdio: ['ignore', 'ignore', 'pipe'] });
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}
