import type { Birth } from '../../protocol/payloads/index.ts';
import type { Clock } from '../platform/clock.ts';
import type { BootPart, Door, InventoryPart, Platform, Probe, SecurityPart, SessionPart } from '../probes/probe.ts';

const shut: Door = {
  readText: async () => undefined,
  readBytes: async () => undefined,
  listDir: async () => undefined,
  stat: async () => undefined,
  realPath: async () => undefined,
  space: async () => undefined,
  ask: async () => undefined,
  run: async () => undefined,
};

const OS: Birth['os'] = { family: 'linux', name: 'Debian GNU Linux', version: '12.11', arch: 'x64' };

/** A machine that a test plays: what its probes see is what the test says. */
export class PlayedMachine {
  readonly #clock: Clock;
  boot: BootPart = { boot: '00000000000000aa', bootAt: 1_794_900_000_000, lastEnd: 'unknown' };
  cpu = 10;
  session: SessionPart['session'] = 'open';
  /** Wall clock of the last touch; null = cannot be told. */
  touchedAt: number | null = 0;
  inventory: InventoryPart = { system: { maker: 'Dell Inc.', model: 'OptiPlex 3070' }, memory: { total: 8e9 } };
  security: SecurityPart = { antivirus: [{ name: 'ClamAV', state: 'on', realtime: 'off' }] };
  /** Thrown by every sample of the cpu probe. */
  broken: Error | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  touch(): void {
    this.touchedAt = this.#clock.now();
  }

  readonly platform: Platform = {
    name: 'linux',
    door: shut,
    os: async () => OS,
    fingerprint: async () => ({ uuid: '4c4c4544-0042', macs: ['02:00:00:00:3f:a2'], disks: ['S1'] }),
  };

  get probes(): Probe[] {
    return [
      probe('boots', ['boot'], 0, () => ({ boot: this.boot })),
      probe('cpu', ['metrics'], 20, () => {
        if (this.broken !== undefined) throw this.broken;
        return { metrics: { cpu: this.cpu } };
      }),
      probe('session', ['session'], 20, () => ({
        session: {
          session: this.session,
          idleSeconds: this.touchedAt === null ? null : Math.max(0, (this.#clock.now() - this.touchedAt) / 1000),
        },
      })),
      probe('hardware', ['inventory'], 86_400, () => ({ inventory: this.inventory })),
      probe('protection', ['security'], 300, () => ({ security: this.security })),
    ];
  }
}

function probe(
  name: string,
  kinds: Probe['kinds'],
  intervalSeconds: number,
  read: () => Awaited<ReturnType<Awaited<ReturnType<Probe['open']>>['sample']>>,
): Probe {
  return {
    name,
    kinds,
    platforms: ['linux'],
    intervalSeconds,
    open: async () => ({ sample: async () => read(), close: async () => undefined }),
  };
}
