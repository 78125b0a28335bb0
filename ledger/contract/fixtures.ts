import { expect } from 'vitest';
import { LabwatchError } from '../../runtime/errors.ts';
import type { EnrolOutcome, IntakeTransaction, Ledger } from '../owners.ts';
import type { DayUse, Fingerprint, Id } from '../records.ts';

/** What an adapter hands to the contract: a fresh, empty ledger for each test. */
export interface Opened {
  readonly ledger: Ledger;
  /** The same data once more, as another program sees them. */
  again(): Promise<Ledger>;
  /** Closes everything and takes the data away. */
  dispose(): Promise<void>;
}

export type Open = () => Promise<Opened>;

/** A fixed "now", so that nothing depends on the day a test runs. */
export const NOW = Date.UTC(2026, 10, 21, 1, 0, 0);
export const HOUR = 3_600_000;

/** Runs `work` on a fresh ledger. */
export async function withLedger(open: Open, work: (ledger: Ledger, opened: Opened) => Promise<void>): Promise<void> {
  const opened = await open();
  try {
    await work(opened.ledger, opened);
  } finally {
    await opened.dispose();
  }
}

/** Asserts the code, never the wording. @returns the error for more questions */
export async function refused(work: Promise<unknown>, code: string): Promise<LabwatchError> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(LabwatchError);
  expect((error as LabwatchError).code).toBe(code);
  return error as LabwatchError;
}

type Row = Parameters<Ledger['units']['import']>[0][number];

export const unit = (code: string, kind: Row['kind'], parentCode: string | null, more: Partial<Row> = {}): Row => ({
  code,
  kind,
  name: `Name of ${code}`,
  parentCode,
  zone: null,
  ...more,
});

/** province P > school S > rooms R1 and R2; R1 has a seat. */
export async function plantUnits(ledger: Ledger): Promise<Record<'P' | 'S' | 'R1' | 'R2' | 'R1-01', Id>> {
  await ledger.units.import([
    unit('P', 'province', null),
    unit('S', 'school', 'P'),
    unit('R1', 'room', 'S'),
    unit('R2', 'room', 'S'),
    unit('R1-01', 'seat', 'R1'),
  ]);
  const places = await ledger.units.list();
  return Object.fromEntries(places.map(({ code, id }) => [code, id])) as Record<'P' | 'S' | 'R1' | 'R2' | 'R1-01', Id>;
}

/** Hardware number `n`: every part its own. */
export const machine = (n: number, more: Partial<Fingerprint> = {}): Fingerprint => ({
  uuid: `4c4c4544-0000-0000-0000-${String(n).padStart(12, '0')}`,
  board: `BOARD-${n}`,
  macs: [`00:1b:21:00:${(n >> 8).toString(16).padStart(2, '0')}:${(n & 255).toString(16).padStart(2, '0')}`],
  disks: [`DISK-${n}`],
  ...more,
});

export async function token(
  ledger: Ledger,
  unitId: Id,
  more: { maxUses?: number; expiresAt?: number } = {},
): Promise<{ id: Id; text: string }> {
  const made = await ledger.credentials.createToken({
    unit: unitId,
    class: 'pc-student',
    expiresAt: more.expiresAt ?? NOW + HOUR,
    maxUses: more.maxUses ?? 1000,
    at: NOW,
  });
  return { id: made.token.id, text: made.text };
}

export type Admitted = Exclude<EnrolOutcome, { outcome: 'refused' }>;

export function admitted(outcome: EnrolOutcome): Admitted {
  if (outcome.outcome === 'refused') throw new Error(`refused: ${outcome.reason}`);
  return outcome;
}

/** Devices enrolled into one unit. */
export async function plantDevices(ledger: Ledger, unitId: Id, count: number): Promise<Admitted[]> {
  const { text } = await token(ledger, unitId);
  const devices: Admitted[] = [];
  for (let n = 1; n <= count; n++) {
    devices.push(admitted(await ledger.credentials.enrol({ token: text, fingerprint: machine(n), name: `Máy ${n}`, at: NOW })));
  }
  return devices;
}

export const streamId = (n: number): Id => `stream${String(n).padStart(20, '0')}`;

/** 180 bytes with these minutes set. */
export function minutes(...set: readonly number[]): Uint8Array {
  const bits = new Uint8Array(180);
  for (const minute of set) bits[minute >> 3]! |= 0x80 >> (minute & 7);
  return bits;
}

/** The minutes that are set. */
export const minutesOf = (bits: Uint8Array): number[] =>
  Array.from({ length: 1440 }, (_, minute) => minute).filter((minute) => (bits[minute >> 3]! & (0x80 >> (minute & 7))) !== 0);

export const use = (device: Id, day: string, bits: { on?: number[]; active?: number[]; blind?: number[] }): DayUse => ({
  device,
  day,
  on: minutes(...(bits.on ?? [])),
  active: minutes(...(bits.active ?? [])),
  blind: minutes(...(bits.blind ?? [])),
});

export const batch = <T>(ledger: Ledger, work: (tx: IntakeTransaction) => Promise<T>): Promise<T> => ledger.intake.batch(work);
