import type { TSchema } from 'typebox';
import { Compile, type Validator } from 'typebox/compile';
import { MAX_DEPTH, MAX_PAYLOAD_BYTES, PROTOCOL_VERSION } from './envelope.ts';
import { isPacked } from './packing.ts';
import { PAYLOADS, type Payloads } from './payloads/index.ts';
import { pickerOf } from './picker.ts';
import { RULES, type Rule } from './rules.ts';
import { isSequenced, type Kind } from './topics.ts';

const STREAM = /^[a-z0-9]{26}$/;

/** Why a payload was refused. Stable: metrics, the parked table and the docs use these. */
export const REFUSALS = {
  TOO_LARGE: `more than ${MAX_PAYLOAD_BYTES} bytes`,
  PACKING: 'packed, and cannot be unpacked',
  NOT_UTF8: 'not valid UTF-8',
  NOT_JSON: 'not valid JSON',
  NOT_OBJECT: 'not a JSON object',
  TOO_DEEP: `nested deeper than ${MAX_DEPTH}`,
  WRONG_VERSION: `not version ${PROTOCOL_VERSION} of the contract`,
  SCHEMA: 'does not fit the schema of its kind',
  RULE: 'breaks a rule of its kind',
} as const;
export type Refusal = keyof typeof REFUSALS;

export type Decoded<T> =
  | { readonly ok: true; readonly message: T }
  | {
      readonly ok: false;
      readonly code: Refusal;
      readonly detail: string;
      /** Where in its stream, if that much could be read: it can then be parked and acknowledged. */
      readonly place?: Place;
    };

/** Where a message stands in its stream: the numbers it stands for, both inclusive. */
export interface Place {
  readonly stream: string;
  readonly first: number;
  readonly seq: number;
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

interface Checker {
  readonly validator: Validator;
  readonly pick: (value: unknown) => unknown;
}
const checkers = new Map<Kind, Checker>();

/** Compiled on first use: an agent never needs most of them. */
function checkerOf(kind: Kind): Checker {
  let checker = checkers.get(kind);
  if (checker === undefined) {
    checker = { validator: Compile(PAYLOADS[kind] as TSchema) as unknown as Validator, pick: pickerOf(PAYLOADS[kind]) };
    checkers.set(kind, checker);
  }
  return checker;
}

function tooDeep(value: unknown, left: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (left === 0) return true;
  return Object.values(value).some((inner) => tooDeep(inner, left - 1));
}

/** Deep nesting is found in the text, before a parser recurses into it. */
function nestsTooDeep(text: string): boolean {
  let depth = 0;
  let inString = false;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (inString) {
      if (c === 92) i++;
      else if (c === 34) inString = false;
    } else if (c === 34) inString = true;
    else if (c === 123 || c === 91) {
      if (++depth > MAX_DEPTH) return true;
    } else if (c === 125 || c === 93) depth--;
  }
  return false;
}

const isSeq = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 1;

/** Only kinds that are kept in an outbox have a place; a bad `presence` must not count as a stored report. */
function placeOf(kind: Kind, value: Record<string, unknown>): { place: Place } | Record<string, never> {
  const { stream, seq, first } = value;
  if (!isSequenced(kind) || typeof stream !== 'string' || !STREAM.test(stream) || !isSeq(seq)) return {};
  return { place: { stream, first: isSeq(first) && first <= seq ? first : seq, seq } };
}

/**
 * Bytes to a checked message of one kind. Unknown keys are taken away, so nothing that the contract does not name is
 * ever stored. Never throws.
 */
export function decode<K extends Kind>(kind: K, bytes: Uint8Array): Decoded<Payloads[K]> {
  const refuse = (code: Refusal, detail: string = REFUSALS[code]): Decoded<Payloads[K]> => ({ ok: false, code, detail });
  if (bytes.length > MAX_PAYLOAD_BYTES) return refuse('TOO_LARGE', `${bytes.length} bytes`);
  // The caller has unpacked what could be (packing.ts).
  if (isPacked(bytes)) return refuse('PACKING');
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch {
    return refuse('NOT_UTF8');
  }
  if (nestsTooDeep(text)) return refuse('TOO_DEEP');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return refuse('NOT_JSON');
  }
  return checkShallow(kind, value);
}

/** The same for a value that is parsed already. */
export function check<K extends Kind>(kind: K, value: unknown): Decoded<Payloads[K]> {
  if (tooDeep(value, MAX_DEPTH)) return { ok: false, code: 'TOO_DEEP', detail: REFUSALS.TOO_DEEP };
  return checkShallow(kind, value);
}

/** For a value that is known not to nest too deep. */
function checkShallow<K extends Kind>(kind: K, value: unknown): Decoded<Payloads[K]> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return { ok: false, code: 'NOT_OBJECT', detail: REFUSALS.NOT_OBJECT };
  const place = placeOf(kind, value as Record<string, unknown>);
  if ((value as { v?: unknown }).v !== PROTOCOL_VERSION)
    return { ok: false, code: 'WRONG_VERSION', detail: REFUSALS.WRONG_VERSION, ...place };
  const { validator, pick } = checkerOf(kind);
  if (!validator.Check(value)) {
    const first = validator.Errors(value)[0];
    return { ok: false, code: 'SCHEMA', detail: `${first?.instancePath || '/'} ${first?.message ?? ''}`.trim(), ...place };
  }
  const message = pick(value) as Payloads[K];
  for (const rule of RULES[kind] as unknown as readonly Rule<K>[]) {
    const broken = rule.check(message);
    if (broken !== undefined) return { ok: false, code: 'RULE', detail: `${rule.name}: ${broken}`, ...place };
  }
  return { ok: true, message };
}

/** A message to bytes, checked first: a program never sends what it would not accept. @throws Error naming the refusal */
export function encode<K extends Kind>(kind: K, message: Payloads[K]): Uint8Array {
  const checked = check(kind, message);
  if (!checked.ok) throw new Error(`cannot send ${kind}: ${checked.code} ${checked.detail}`);
  const bytes = new TextEncoder().encode(JSON.stringify(checked.message));
  if (bytes.length > MAX_PAYLOAD_BYTES) throw new Error(`cannot send ${kind}: TOO_LARGE ${bytes.length} bytes`);
  return bytes;
}
