import { defined } from '../../platform/clean.ts';
import { textOf, timeOf, numberOf, type Values } from '../../platform/windows/values.ts';
import type { DefenderStatus } from '../../platform/windows/daily-answer.ts';
import type { ServiceState } from '../probe.ts';
import { licenceOf } from './editions.ts';
import type { Product } from './parse.ts';
import type { Provider } from './security-center.ts';

type Definitions = NonNullable<Product['definitions']>;

/** All that was read of antivirus products on Windows. */
export interface WindowsEvidence {
  /** Of wscsvc; undefined where it is not installed (Windows Server). */
  readonly center: ServiceState | undefined;
  /** The system started a moment ago: wscsvc begins two minutes and more after the others, and the registry is of the end of the last run. */
  readonly early: boolean;
  /** Products whose programs are there. */
  readonly providers: readonly Provider[];
  readonly defender: DefenderEvidence;
  /** Of Kaspersky and ESET, by the word their name holds in lower case. */
  readonly definitions: ReadonlyMap<string, Definitions>;
  readonly versions: ReadonlyMap<string, string>;
  /** Names and versions in the list of installed programs that are known products without a place in the Security Center. */
  readonly installed: readonly { readonly name: string; readonly version?: string }[];
}

export interface DefenderEvidence {
  /** Of WinDefend, or MsMpSvc of Security Essentials; undefined when it is not installed. */
  readonly service: ServiceState | undefined;
  readonly definitions?: Definitions;
  readonly engine?: string;
  /** Switched off in the registry, by a policy or by hand. */
  readonly realtimeOff: boolean;
  /** It stands back for another product. */
  readonly passive: boolean;
  readonly daily?: DefenderStatus;
}

/**
 * `…\Signature Updates` of Defender (and of Microsoft Antimalware, which is Security Essentials): AVSignatureVersion, and when
 * they were made in AVSignatureApplied (FILETIME), else when they came in SignaturesLastUpdated. Pure.
 */
export function parseSignatureUpdates(values: Values | undefined): { definitions?: Definitions; engine?: string } {
  const at = timeOf(values, 'AVSignatureApplied') ?? timeOf(values, 'SignaturesLastUpdated');
  const version = textOf(values, 'AVSignatureVersion');
  const engine = textOf(values, 'EngineVersion');
  return {
    ...(at === undefined ? {} : { definitions: version === undefined ? { at } : { version, at } }),
    ...(engine === undefined ? {} : { engine }),
  };
}

/** `KasperskyLab\protected\<product>\Data`: LastSuccessfulUpdate, epoch seconds; 0xFFFFFFFF = never (GLPI agent). Pure. */
export function parseKaspersky(values: Values): Definitions | undefined {
  const seconds = numberOf(values, 'LastSuccessfulUpdate');
  const at = (seconds ?? 0) * 1000;
  return at >= Date.UTC(2000, 0, 1) && seconds !== 0xffff_ffff ? { at } : undefined;
}

/**
 * `ESET\ESET Security\CurrentVersion\Info`: ProductVersion, and ScannerVersion as ESET writes its modules everywhere:
 * `24246 (20211105)`, number and day. Without the day only the number is known, which says nothing of the age. Pure.
 */
export function parseEset(values: Values | undefined): { definitions?: Definitions; version?: string } {
  const version = textOf(values, 'ProductVersion');
  const match = /^(\d{3,7})\s*\((\d{4})(\d\d)(\d\d)\)/.exec(textOf(values, 'ScannerVersion') ?? '');
  const at = match === null ? Number.NaN : Date.UTC(Number(match[2]), Number(match[3]) - 1, Number(match[4]));
  return {
    ...(version === undefined ? {} : { version }),
    ...(at >= Date.UTC(2000, 0, 1) ? { definitions: { version: match![1]!, at } } : {}),
  };
}

/** Products made in Vietnam that are known by name only: what they say of their definitions is not understood yet. */
const BY_NAME = /\bbkav\b|\bcmc\s*(?:anti-?virus|internet\s*security|av\b|is\b|total)/i;

export const isKnownByName = (name: string): boolean => BY_NAME.test(name);

/** What the registry says of products is of now, or of a moment before the restart. */
export const isCurrent = ({ center, early }: Pick<WindowsEvidence, 'center' | 'early'>): boolean =>
  center === 'running' || (early && center !== undefined);

function ofProvider(provider: Provider, found: WindowsEvidence): Product {
  // A Security Center that does not run keeps what it last saw, which may be long ago.
  const told = isCurrent(found);
  const state = told ? provider.state : 'unknown';
  const realtime = state === 'on' ? 'on' : state === 'off' || state === 'snoozed' ? 'off' : 'unknown';
  const word = Array.from(found.definitions.keys()).find((each) => provider.name.toLowerCase().includes(each));
  const version = Array.from(found.versions).find(([each]) => provider.name.toLowerCase().includes(each))?.[1];
  const dated = word === undefined ? undefined : found.definitions.get(word);
  const freshness = told && !isKnownByName(provider.name) ? (provider.current ? 'current' : 'old') : undefined;
  const licence = licenceOf(provider.name);
  return {
    name: provider.name,
    state,
    realtime,
    ...(version === undefined ? {} : { version }),
    ...(dated !== undefined ? { definitions: dated } : freshness === undefined ? {} : { freshness }),
    ...(licence === undefined ? {} : { licence }),
  };
}

/** Defender by its own registry and service: on servers, and where the Security Center does not run. */
function byService({ service, realtimeOff, passive, daily }: DefenderEvidence): Pick<Product, 'state' | 'realtime'> {
  if (service === 'stopped') return { state: 'off', realtime: 'off' };
  if (service !== 'running') return { state: 'unknown', realtime: 'unknown' };
  if (realtimeOff || passive || daily?.realtime === false || /passive/i.test(daily?.mode ?? '')) return { state: 'on', realtime: 'off' };
  return { state: 'on', realtime: daily?.realtime === true ? 'on' : 'unknown' };
}

function withDefender(product: Product, { definitions, engine, daily }: DefenderEvidence): Product {
  const at = daily?.at;
  const fromDaily = at === undefined ? undefined : daily?.version === undefined ? { at } : { version: daily.version, at };
  const best = definitions ?? fromDaily;
  const version = engine ?? daily?.engine;
  const { freshness, ...rest } = product;
  return {
    ...rest,
    ...(version === undefined ? {} : { version }),
    ...(best !== undefined ? { definitions: best } : freshness === undefined ? {} : { freshness }),
    licence: 'free',
  };
}

/** Best first: on and fresh, on and old, on and only on demand, unknown, snoozed, off, expired. */
function rank(product: Product, now: number): number {
  const old = product.freshness === 'old' || (product.definitions !== undefined && now - product.definitions.at > 7 * 86_400_000);
  if (product.state === 'on') return product.realtime === 'off' ? 2 : old ? 1 : 0;
  return { unknown: 3, snoozed: 4, off: 5, expired: 6 }[product.state];
}

const MICROSOFT = /security essentials|endpoint protection|forefront/i;

/** Every product found, best first. @param now epoch ms */
export function judgeWindows(found: WindowsEvidence, now: number): Product[] {
  const products = found.providers.map((provider) => {
    const product = ofProvider(provider, found);
    const own = provider.defender || (provider.microsoft && MICROSOFT.test(provider.name));
    const service = provider.defender && product.state === 'unknown' ? byService(found.defender) : {};
    return own ? withDefender({ ...product, ...service }, found.defender) : product;
  });
  const listed = (name: string): boolean => products.some((product) => isKnownByName(product.name) && sameMaker(product.name, name));
  const others = found.installed
    .filter(({ name }) => !listed(name))
    .map(({ name, version }) =>
      defined({ name, state: 'unknown' as const, realtime: 'unknown' as const, version, licence: licenceOf(name) }),
    );
  // Where the Security Center runs and does not list it, Defender has stepped aside for what is listed.
  const alone = found.defender.service !== undefined && !found.providers.some((provider) => provider.defender);
  if (alone && (!isCurrent(found) || products.length === 0)) {
    products.push(withDefender({ name: 'Microsoft Defender Antivirus', ...byService(found.defender) }, found.defender));
  }
  return [...products, ...others].toSorted((a, b) => rank(a, now) - rank(b, now));
}

const sameMaker = (a: string, b: string): boolean =>
  ['bkav', 'cmc'].some((maker) => [a, b].every((name) => name.toLowerCase().includes(maker)));
