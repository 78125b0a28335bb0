import { describe, expect, it } from 'vitest';
import { credentialsContract } from './credentials.ts';
import { devicesContract } from './devices.ts';
import { refused, withLedger, type Open } from './fixtures.ts';
import { intakeContract } from './intake.ts';
import { peopleContract } from './people.ts';
import { provingContract } from './proving.ts';
import { releasesContract } from './releases.ts';
import { commandsContract } from './commands.ts';
import { settingsContract } from './settings.ts';
import { spoolContract } from './spool.ts';
import { unitsContract } from './units.ts';

/** What every ledger keeps, whatever it is made of. Run with each adapter's `open`. */
export function contract(name: string, open: Open): void {
  describe(`the ledger on ${name}`, () => {
    unitsContract(open);
    devicesContract(open);
    credentialsContract(open);
    provingContract(open);
    intakeContract(open);
    spoolContract(open);
    peopleContract(open);
    releasesContract(open);
    settingsContract(open);
    commandsContract(open);

    describe('as a whole', () => {
      it('answers a ping and says how much room there is', () =>
        withLedger(open, async (ledger) => {
          await ledger.ping();
          const free = await ledger.freeBytes();
          expect(free === null || free > 0).toBe(true);
        }));

      it('finishes what runs before it closes, and then answers no more', () =>
        withLedger(open, async (ledger, opened) => {
          const running = ledger.intake.batch(async (tx) => {
            await new Promise((resolve) => setTimeout(resolve, 20));
            await tx.spool(['x']);
          });
          await Promise.all([running, ledger.close()]);
          await refused(ledger.ping(), 'LEDGER_CLOSED');
          await refused(
            ledger.intake.batch(async () => undefined),
            'LEDGER_CLOSED',
          );
          await ledger.close();
          const again = await opened.again();
          expect((await again.spool.size()).rows).toBe(1);
          await again.close();
        }));
    });
  });
}

export type { Open, Opened } from './fixtures.ts';
