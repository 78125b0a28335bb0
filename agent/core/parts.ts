import { createHash } from 'node:crypto';
import { check } from '../../protocol/decode.ts';
import type { Inventory, Security } from '../../protocol/payloads/index.ts';
import type { InventoryPart, SecurityPart } from '../probes/probe.ts';
import type { Body } from './outbox/outbox.ts';

/** A place that only serves to check a part against the schema before it is taken. */
const PLACE = { v: 1, stream: 'a'.repeat(26), seq: 1, at: 0, boot: '0'.repeat(16), mono: 0 } as const;

type Joined = Record<string, unknown>;

interface Named {
  readonly serial?: string;
  readonly model?: string;
  readonly size?: number;
}

/** What several probes say of the same disks: by serial number, or by model and size where there is none. */
function joinedDisks(before: readonly Named[], more: readonly Named[]): Named[] {
  const key = ({ serial, model, size }: Named): string => serial ?? `${model ?? ''} ${size ?? ''}`;
  const both = before.map((disk) =>
    Object.assign(
      {},
      disk,
      more.find((one) => key(one) === key(disk)),
    ),
  );
  return [...both, ...more.filter((one) => !before.some((disk) => key(disk) === key(one)))].slice(0, 32);
}

/** Parts by top-level key: disks are joined one by one, objects by their keys, anything else is taken from the last part that has it. */
function joined(parts: Iterable<Joined>): Joined {
  const whole: Joined = {};
  for (const part of parts) {
    for (const [key, value] of Object.entries(part)) {
      const before = whole[key];
      const join = typeof value === 'object' && value !== null && !Array.isArray(value) && typeof before === 'object' && before !== null;
      if (value === undefined) continue;
      if (key === 'disks' && Array.isArray(value) && Array.isArray(before)) whole[key] = joinedDisks(before, value);
      else whole[key] = join ? { ...before, ...value } : value;
    }
  }
  return whole;
}

/**
 * Facts that several probes know in part, kept by probe. A part that does not fit the contract is refused by itself, so that
 * one bad probe costs nothing else.
 */
class Facts<P extends object, B extends object> {
  readonly #parts = new Map<string, P>();
  readonly #kind: 'inventory' | 'security';
  readonly #base: Joined;

  constructor(kind: 'inventory' | 'security', base: Joined) {
    this.#kind = kind;
    this.#base = base;
  }

  /** @returns why the part was refused, or undefined */
  set(probe: string, part: P): string | undefined {
    const checked = check(this.#kind, { ...PLACE, ...joined([this.#base, part as Joined]) });
    if (!checked.ok) return checked.detail;
    this.#parts.set(probe, part);
    return undefined;
  }

  body(): B {
    return joined([this.#base, ...(Array.from(this.#parts.values()) as Joined[])]) as B;
  }

  /** Changes when the facts do. */
  digest(): string {
    return createHash('sha256').update(JSON.stringify(this.body())).digest('hex');
  }
}

/** The hardware as far as the probes told; `seat` from the settings. */
export class InventoryFacts extends Facts<InventoryPart, Body<'inventory'>> {
  constructor(os: Inventory['os'], seat: string | undefined) {
    super('inventory', { system: {}, memory: {}, disks: [], nics: [], os, ...(seat === undefined ? {} : { seat }) });
  }
}

/** The protection as far as the probes told. */
export class SecurityFacts extends Facts<SecurityPart, Body<'security'>> {
  constructor() {
    super('security', { firewall: 'unknown' satisfies Security['firewall'] });
  }
}
