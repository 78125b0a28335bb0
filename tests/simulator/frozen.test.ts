import { afterAll, beforeAll, expect, it } from 'vitest';
import { machineDisks } from './disks.ts';
import { KINDS } from './hardware.ts';
import { Pc } from './pc.ts';
import { Server } from './server.ts';
import { SimClock } from './sim-clock.ts';
import { soon } from './soon.ts';

const PCS = Number(process.env['SIMULATE_PCS'] ?? 40);
const DAYS = Number(process.env['SIMULATE_DAYS'] ?? 30);
const DAY_MS = 86_400_000;
const clock = new SimClock(Date.UTC(2026, 8, 1));
const disks = machineDisks();
let server: Server;
beforeAll(async () => {
  server = await Server.start(clock);
});
afterAll(async () => {
  await server.stop();
  disks.remove();
});

/** Frozen before it was enrolled; after; or a frozen copy of the first one, which was. */
type Way = 'before' | 'after' | 'copy';

async function lab(way: Way): Promise<{ pcs: Pc[]; province: string }> {
  const { room, province } = await server.province();
  const { text } = await server.token(room, clock.now());
  const world = { clock, url: server.url, folder: disks.path };
  const pcs = Array.from({ length: PCS }, (_, n) => new Pc(`${way}-${n}`, world, KINDS[n % 4 === 0 ? 'junk' : 'good']!(1)));
  for (const [n, pc] of pcs.entries()) {
    pc.silent = true;
    if (way === 'copy' && n > 0) pc.restore(pcs[0]!.image(`${disks.path}/image-${n}`));
    else pc.install(text);
    if (way === 'after' || (way === 'copy' && n === 0)) {
      await pc.start();
      await pc.stop();
      pc.disk.token = undefined;
    }
    pc.freeze();
  }
  return { pcs, province };
}

it.each<[Way, string]>([
  ['before', 'frozen before they were enrolled'],
  ['after', 'frozen after they were enrolled'],
  ['copy', 'frozen copies of one that was enrolled'],
])(`${PCS} machines %s, rebooted daily for ${DAYS} days, are ${PCS}`, async (way) => {
  const { pcs, province } = await lab(way);
  let ids: (string | undefined)[] | undefined;
  for (let day = 0; day < DAYS; day++) {
    await Promise.all(pcs.map((pc) => pc.start()));
    await soon('all to know who they are', () => pcs.every(({ known }) => known !== undefined));
    const now = pcs.map(({ known }) => known);
    ids ??= now;
    expect(new Set(now).size).toBe(PCS);
    expect(now).toEqual(ids);
    await Promise.all(pcs.map((pc) => pc.stop()));
    clock.skip(DAY_MS);
  }
  expect(await server.kit.ledger.devices.list({ unit: province, limit: 500 })).toHaveLength(PCS);
});
