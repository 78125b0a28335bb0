import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { machineDisks } from './disks.ts';
import { IDENTITY_CASES } from './identity-cases.ts';
import { Server } from './server.ts';
import { SimClock } from './sim-clock.ts';
import { Story } from './story.ts';

/**
 * Tells the stories of one half of the table, one after the other, to one server. A file for each half, so that they run side by
 * side.
 */
export function identitySuite(half: 0 | 1): void {
  const clock = new SimClock(Date.UTC(2026, 8, 1));
  const folder = machineDisks();
  let server: Server;
  beforeAll(async () => {
    server = await Server.start(clock);
  });
  afterAll(async () => {
    await server.stop();
    folder.remove();
  });

  describe('which machine is which', () => {
    for (const [batch, { kind, about, story, ids, devices }] of IDENTITY_CASES.entries()) {
      if (batch % 2 !== half) continue;
      it(`${kind}: ${about}`, async () => {
        const outcome = await Story.tell(server, { clock, url: server.url, folder: folder.path }, { kind, batch: batch + 1, story });
        const letters = new Set(ids.match(/[A-Z]/g)).size;
        expect(outcome).toEqual({ ids, devices: devices ?? letters });
      });
    }
  });
}
