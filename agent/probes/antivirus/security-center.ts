import { expandPath, numberOf, textOf, type Folders, type Values } from '../../platform/windows/values.ts';

/** `productState` of the Security Center, taken apart. */
export interface ProductState {
  readonly state: 'on' | 'off' | 'snoozed' | 'expired' | 'unknown';
  /** What the product says of its own definitions. */
  readonly current: boolean;
  /** A product of Microsoft. */
  readonly microsoft: boolean;
}

/** Bits 12-15. Others were never seen. */
const STATES: Readonly<Record<number, ProductState['state']>> = { 0x0000: 'off', 0x1000: 'on', 0x2000: 'snoozed', 0x3000: 'expired' };

/**
 * The three masks that independent decoders of `AntiVirusProduct.productState` agree on (it was never documented): state
 * 0xF000, definitions 0x00F0 (0x10 = out of date), owner 0x0F00 (0x100 = Microsoft). The numbers of iwscapi.h are others. Pure.
 */
export function parseProductState(state: number): ProductState {
  return {
    state: STATES[state & 0xf000] ?? 'unknown',
    current: (state & 0x00f0) === 0,
    microsoft: (state & 0x0f00) === 0x0100,
  };
}

/** A product as the Security Center has it in the registry. */
export interface Provider extends ProductState {
  readonly name: string;
  readonly defender: boolean;
  /** Where its programs should be; empty when it does not say. */
  readonly programs: readonly string[];
}

/** Defender registers with this identity and names no program but the page of the settings. */
const DEFENDER = '{d68ddc3a-831f-4fae-9e44-da132c1acf46}';
const DEFENDER_PAGE = /^windowsdefender:/i;

/**
 * A key `HKLM\SOFTWARE\Microsoft\Security Center\Provider\Av\{GUID}` with DISPLAYNAME, PRODUCTEXE, REPORTINGEXE and STATE, as
 * forensic readers (regrippy) describe it. Defender is called by one name whatever language Windows speaks. Pure.
 * @returns undefined when it has no name or no state: no product, or half removed
 */
export function parseProvider(id: string, values: Values, folders: Folders): Provider | undefined {
  const given = textOf(values, 'DISPLAYNAME');
  const state = numberOf(values, 'STATE');
  if (given === undefined || state === undefined || state < 0 || state > 0xffff_ffff) return undefined;
  const programs = ['PRODUCTEXE', 'REPORTINGEXE'].flatMap((name) => textOf(values, name) ?? []);
  const defender = id.toLowerCase() === DEFENDER || programs.some((program) => DEFENDER_PAGE.test(program));
  return {
    ...parseProductState(state),
    name: defender ? 'Microsoft Defender Antivirus' : given,
    defender,
    programs: programs.filter((program) => !DEFENDER_PAGE.test(program)).map((program) => expandPath(program, folders)),
  };
}
