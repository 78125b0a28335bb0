import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Agent } from '../../agent/core/agent.ts';
import { type AgentSettings, agentSettings } from '../../agent/main.ts';
import { systemClock } from '../../agent/platform/clock.ts';
import { WrittenActions } from '../../agent/test-kit/actions.ts';
import { PlayedMachine } from '../../agent/test-kit/machine.ts';
import { silentLog } from '../../runtime/log.ts';
import { loadSettings } from '../../runtime/settings.ts';
import { KINDS, platformOf, type Hardware } from './hardware.ts';

let boots = 0;

/** A PC of a lab with the whole agent on it; only what its probes see is played. */
export class LabPc {
  readonly home: string;
  readonly hardware: Hardware;
  readonly #server: () => string;
  #agent: Agent | undefined;

  constructor(home: string, server: () => string, kind = 'good') {
    this.home = home;
    this.#server = server;
    this.hardware = KINDS[kind]!(1);
    mkdirSync(home, { recursive: true });
  }

  get device(): string | undefined {
    return this.#agent?.device;
  }
  get connected(): boolean {
    return this.#agent?.status().link === 'connected';
  }
  /** Messages that are not acknowledged. */
  get waiting(): number {
    return this.#agent!.status().waiting;
  }

  /** Writes a disk image. */
  write(image: string): void {
    cpSync(image, this.home, { recursive: true });
  }

  /** A boot: the agent starts. */
  async start(over: Partial<AgentSettings> = {}): Promise<void> {
    boots += 1;
    const bootAt = systemClock.mono();
    const clock = { ...systemClock, mono: () => systemClock.mono() - bootAt };
    const machine = new PlayedMachine(clock);
    machine.boot = { boot: boots.toString(16).padStart(16, '0'), bootAt: Date.now(), lastEnd: 'clean' };
    const { values } = loadSettings(agentSettings, { argv: [], env: {}, sections: ['agent'] });
    const { hardware } = this;
    const platform = { ...machine.platform, fingerprint: () => platformOf(hardware, { system: 'linux' }).fingerprint() };
    this.#agent = new Agent({
      settings: { ...values, home: this.home, server: this.#server(), ...over },
      log: silentLog,
      clock,
      platform,
      probes: machine.probes,
      // No jitter: what a lab is given a minute for is measured here without it.
      random: () => 0,
      ownProcess: false,
      brokerUrl: undefined,
      actions: new WrittenActions(),
    });
    await this.#agent.start();
  }

  async stop(): Promise<void> {
    await this.#agent?.stop();
    this.#agent = undefined;
  }
}

export const labFolder = (root: string, n: number): string => join(root, `pc-${n}`);
