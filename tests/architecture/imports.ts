import type { Import } from './source.ts';

/** What a part of the house may import of ours, by the beginning of the path, and of packages. */
interface Room {
  /** Paths that belong to the room; the first room that matches is the one. */
  readonly at: RegExp;
  readonly name: string;
  readonly ours: readonly RegExp[];
  /** Packages and `node:`; without it any that package.json names. */
  readonly packages?: RegExp;
}

const protocol = /^protocol\//;
const runtime = /^runtime\//;
const ledger = /^ledger\/index\.ts$/;
const MAIN = /^(agent|broker|collector|provisioning)\/main\.ts$/;
const ground = [protocol, runtime, ledger];

/** Parts of the collector, and files of its own that all of them may use. */
const of = (...parts: readonly string[]): RegExp => new RegExp(`^collector/(${parts.join('|')})/`);
const collectorBase = /^collector\/(errors|settings)\.ts$/;

/** The import table of the house. A file of no room is refused. */
const ROOMS: readonly Room[] = [
  { name: 'protocol', at: protocol, ours: [protocol], packages: /^typebox(\/|$)/ },
  { name: 'runtime', at: runtime, ours: [runtime, /^package\.json$/] },
  { name: 'ledger', at: /^ledger\//, ours: [/^ledger\//, protocol, runtime] },
  { name: 'a pure parser of the agent', at: /^agent\/probes\/[^/]+\/parse(-windows)?\.ts$/, ours: [/^agent\//, protocol] },
  { name: 'agent/tv', at: /^agent\/tv\//, ours: [/^agent\/tv\//, protocol], packages: /^mqtt(\/|$)/ },
  { name: 'agent', at: /^agent\//, ours: [/^agent\/(?!tv\/)/, protocol, runtime] },
  { name: 'broker', at: /^broker\//, ours: [/^broker\//, ...ground] },
  { name: 'collector/main.ts', at: /^collector\/main\.ts$/, ours: [/^collector\//, ...ground] },
  { name: 'collector/model', at: of('model'), ours: [of('model'), ...ground] },
  { name: 'collector/ports', at: of('ports'), ours: [of('model', 'ports'), ...ground] },
  { name: 'collector/intake', at: of('intake'), ours: [of('model', 'ports', 'intake'), collectorBase, ...ground] },
  { name: 'collector/series', at: of('series'), ours: [of('model', 'ports', 'series'), collectorBase, ...ground] },
  { name: 'collector/remote', at: of('remote'), ours: [of('model', 'ports', 'remote'), collectorBase, ...ground] },
  { name: 'collector/judgement', at: of('judgement'), ours: [of('model', 'ports', 'judgement'), collectorBase, ...ground] },
  { name: 'collector/planning', at: of('planning'), ours: [of('model', 'ports', 'judgement', 'planning'), collectorBase, ...ground] },
  { name: 'collector/http', at: of('http'), ours: [of('model', 'ports', 'judgement', 'planning', 'http'), collectorBase, ...ground] },
  { name: "the collector's own files", at: /^collector\/[^/]+\.ts$/, ours: [collectorBase, ...ground] },
  { name: 'provisioning', at: /^provisioning\//, ours: [/^provisioning\//, ...ground] },
  { name: 'dashboards/grafana', at: /^dashboards\/grafana\//, ours: [/^dashboards\/grafana\//, /^protocol\/catalogue\.ts$/] },
  { name: 'packaging', at: /^packaging\//, ours: [/^packaging\//, /^agent\//, protocol, runtime] },
  { name: 'configuration of a tool', at: /(^|\/)(vite|vitest)\.config\.ts$/, ours: [/^tests\/tools\//, /^package\.json$/] },
  {
    name: 'dashboards/console',
    at: /^dashboards\/console\//,
    ours: [/^dashboards\/console\//, protocol],
    packages: /^(preact|@preact\/signals|uplot)(\/|$)/,
  },
  { name: 'the roof', at: /^up\.ts$/, ours: [MAIN, ledger, runtime] },
  { name: 'the command', at: /^labwatch\.ts$/, ours: [MAIN, /^up\.ts$/, runtime] },
  { name: 'bin', at: /^bin\//, ours: [/^labwatch\.ts$/] },
  { name: 'tests', at: /^tests\//, ours: [/^/] },
];

/** Files that only tests load: they may also use the tools of tests and any package. */
const TEST_FILE = /\.(test|contract)\.tsx?$|^ledger\/contract\/|(^|\/)test-kit\/|-child\.ts$/;

function problemOf(room: Room, path: string, { specifier, target, typeOnly }: Import): string | undefined {
  const isTest = TEST_FILE.test(path);
  if (specifier === '(computed)') return isTest || room.name === 'tests' ? undefined : 'an import that is worked out at run time';
  if (target === undefined) {
    return room.packages === undefined || isTest || room.packages.test(specifier) ? undefined : `${room.name} may not import ${specifier}`;
  }
  if (target.startsWith('..')) return `${specifier} leads out of the project`;
  if (target.startsWith('tests/') && !path.startsWith('tests/') && room.name !== 'configuration of a tool') {
    return isTest ? undefined : 'nobody imports tests';
  }
  if (!room.ours.some((allowed) => allowed.test(target))) return `${room.name} may not import ${target}`;
  if (room.name === 'a pure parser of the agent' && !typeOnly) return `a parser imports types only, not ${specifier}`;
  return undefined;
}

/** Every import of a file that the table does not allow, as a line for a person. */
export function importProblems(path: string, imports: readonly Import[]): string[] {
  const room = ROOMS.find((each) => each.at.test(path));
  if (room === undefined) return [`${path}: belongs to no room of the house`];
  return imports
    .map((each) => problemOf(room, path, each))
    .filter((why) => why !== undefined)
    .map((why) => `${path}: ${why}`);
}
