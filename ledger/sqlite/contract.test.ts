import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { contract } from '../contract/index.ts';
import { openLedger } from '../index.ts';

contract('SQLite', async () => {
  const home = mkdtempSync(join(tmpdir(), 'labwatch-ledger-'));
  const ledger = await openLedger(home);
  return {
    ledger,
    again: () => openLedger(home),
    dispose: async () => {
      await ledger.close();
      rmSync(home, { recursive: true, force: true });
    },
  };
});
