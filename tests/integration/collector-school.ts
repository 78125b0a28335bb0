import { openLedger, type Id, type Ledger, type LedgerOptions } from '../../ledger/index.ts';
import { encode } from '../../protocol/decode.ts';
import type { Payloads } from '../../protocol/payloads/index.ts';
import { topicOf, type UpKind } from '../../protocol/topics.ts';
import { newId } from '../../runtime/ids.ts';
import type { IncomingMessage } from '../../collector/ports/message-source.ts';
import { tempFolder } from '../tools/programs.ts';

export const ZONE = 'Asia/Ho_Chi_Minh';
const HOUR = 3_600_000;

/** A real ledger in a folder of its own with one room and some devices in it. */
export interface School {
  readonly home: string;
  readonly ledger: Ledger;
  readonly devices: readonly Id[];
  readonly close: () => Promise<void>;
}

export async function openSchool(count: number, options: LedgerOptions & { zone?: string } = {}): Promise<School> {
  const folder = tempFolder('school');
  const ledger = await openLedger(folder.path, options);
  const unit = (code: string, kind: 'province' | 'school' | 'room', parentCode: string | null) =>
    ({ code, kind, name: `Đơn vị ${code}`, zone: parentCode === null ? (options.zone ?? ZONE) : null, parentCode }) as const;
  await ledger.units.import([
    unit('T01', 'province', null),
    unit('T01-THPT A', 'school', 'T01'),
    unit('T01-THPT A/P.201', 'room', 'T01-THPT A'),
  ]);
  const room = (await ledger.units.byCode('T01-THPT A/P.201'))!;
  const at = Date.now() - 30 * 24 * HOUR;
  const { text } = await ledger.credentials.createToken({ unit: room.id, class: 'pc-student', expiresAt: at + HOUR, maxUses: count, at });
  const devices: Id[] = [];
  for (let i = 0; i < count; i++) {
    const mac = `02:00:00:00:${(i >> 8).toString(16).padStart(2, '0')}:${(i & 255).toString(16).padStart(2, '0')}`;
    const outcome = await ledger.credentials.enrol({
      token: text,
      fingerprint: { macs: [mac], disks: [`disk ${i}`] },
      name: `Máy ${i + 1}`,
      at,
    });
    if (outcome.outcome === 'refused') throw new Error(`not enrolled: ${outcome.reason}`);
    devices.push(outcome.device);
  }
  const close = async (): Promise<void> => {
    await ledger.close();
    folder.remove();
  };
  return { home: folder.path, ledger, devices, close };
}

type Loose<K extends UpKind> = Partial<Payloads[K]>;

/** An outbox of a device: numbers its messages and stamps them with the clocks of its machine. */
export class Outbox {
  readonly device: Id;
  readonly stream = newId();
  readonly boot = '0123456789abcdef';
  /** When the machine booted, in true time. */
  readonly bootAt: number;
  /** Wall clock minus true time. */
  skew = 0;
  seq = 0;

  constructor(device: Id, bootAt: number) {
    this.device = device;
    this.bootAt = bootAt;
  }

  #stamp(at: number): { v: 1; stream: Id; at: number; boot: string; mono: number } {
    return { v: 1, stream: this.stream, at: at + this.skew, boot: this.boot, mono: at - this.bootAt };
  }

  presence(at: number, more: Loose<'presence'> = {}): Payloads['presence'] {
    return { ...this.#stamp(at), seq: 0, online: true, reason: 'connected', ...more };
  }

  /** The window begins at the minute of `start` (true time); one character a minute. */
  report(start: number, on: string, active: string, more: Loose<'report'> = {}): Payloads['report'] {
    const minute = Math.floor((start + this.skew) / 60_000);
    const end = start + on.length * 60_000;
    const blind = '0'.repeat(on.length);
    return { ...this.#stamp(end), seq: ++this.seq, minute, span: on.length, on, active, blind, session: 'open', metrics: {}, ...more };
  }

  birth(at: number, more: Loose<'birth'> = {}): Payloads['birth'] {
    const os = { family: 'linux', name: 'Debian GNU Linux', version: '12', arch: 'x64' } as const;
    const own = {
      agent: '0.1.0',
      os,
      bootAt: this.bootAt + this.skew,
      end: 'clean',
      zone: ZONE,
      dropped: 0,
      oldest: 1,
      config: 0,
    } as const;
    return { ...this.#stamp(at), seq: ++this.seq, ...own, ...more };
  }

  security(at: number, more: Loose<'security'> = {}): Payloads['security'] {
    return { ...this.#stamp(at), seq: ++this.seq, antivirus: [], firewall: 'unknown', ...more };
  }

  event(at: number, more: Loose<'event'> = {}): Payloads['event'] {
    return { ...this.#stamp(at), seq: ++this.seq, code: 'unclean_shutdown', ...more };
  }
}

/** A message as a source would hand it over. */
export function incoming<K extends UpKind>(
  device: Id,
  kind: K,
  payload: Payloads[K],
  receivedAt: number,
  retained = false,
): IncomingMessage {
  return { topic: topicOf(device, kind), payload: encode(kind, payload), retained, receivedAt };
}

/** Everything of the ledger that intake writes, as plain data to compare. */
export async function snapshot(school: School): Promise<unknown> {
  const { ledger, devices } = school;
  const days = await Promise.all(devices.map((device) => ledger.usage.days(device, '2020-01-01', '2100-01-01')));
  const states = await ledger.devices.states(devices);
  const lines = (await ledger.spool.peek(1_000_000)).map((row) => row.line);
  const hex = (bits: Uint8Array): string => Buffer.from(bits).toString('hex');
  return {
    days: days.flat().map(({ device, day, on, active, blind }) => ({ device, day, on: hex(on), active: hex(active), blind: hex(blind) })),
    states: devices.map((device) => states.get(device)),
    lines: lines.toSorted((a, b) => (a < b ? -1 : 1)),
    parked: (await ledger.spool.counts()).parked,
  };
}
