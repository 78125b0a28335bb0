import type { RiskyCommand } from '../../protocol/commands.ts';

/** What a machine can be asked to do beside watching it. No function here takes words that came over the wire. */
export interface Actions {
  /** Puts one of the fixed texts on the screens of whoever is logged in. */
  show(text: string): Promise<'shown' | 'nobody' | 'not_supported'>;
  /** Sends Wake-on-LAN packets into the local networks. @param macs checked against the contract @returns whether they left */
  wake(macs: readonly string[]): Promise<boolean>;
  /** The machine goes off, or restarts, in a minute; the system warns whoever is logged in. @returns whether it will */
  power(what: RiskyCommand): Promise<boolean>;
  /** Absent where nobody would start the agent again. */
  restartAgent?(): void;
  /** Looks for a newer agent. Absent where none can be installed; not allowed where updates are off. */
  update?(): Promise<'looked' | 'failed' | 'not_allowed'>;
}
