import { cpSync, rmSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { tempFolder } from '../tools/programs.ts';
import { LabPc, labFolder } from './lab.ts';
import { Server } from './server.ts';
import { SimClock } from './sim-clock.ts';
import { soon } from './soon.ts';

/** A whole lab; `make simulate` takes several. */
const PCS = Number(process.env['SIMULATE_PCS'] ?? 40);
const folder = tempFolder('clones');
let server: Server;
beforeAll(async () => {
  server = await Server.start(new SimClock(Date.now()));
});
afterAll(async () => {
  await server.stop();
  folder.remove();
});

it(`${PCS} copies of an enrolled machine, started at once, are ${PCS} devices within two minutes, and stay so`, async () => {
  const { room, province } = await server.province();
  const { text: token } = await server.token(room, Date.now(), { maxUses: 1 });
  const pcs = Array.from({ length: PCS }, (_, n) => new LabPc(labFolder(folder.path, n), () => server.url));
  const [first, ...copies] = pcs as [LabPc, ...LabPc[]];
  await first.start({ token });
  await soon('the first one to be heard', () => first.connected && first.waiting === 0);
  const original = first.device!;
  await first.stop();
  for (const pc of copies) pc.write(first.home);
  try {
    const begun = performance.now();
    await Promise.all(pcs.map((pc) => pc.start()));
    await soon(
      `${PCS} devices`,
      () => new Set(pcs.map(({ device }) => device)).size === PCS && pcs.every(({ connected }) => connected),
      110_000,
    );
    const seconds = (performance.now() - begun) / 1000;
    expect(seconds).toBeLessThan(120);
    process.stdout.write(`figure simulator.clones_${PCS} ${seconds.toFixed(1)} s\n`);
    expect(first.device).toBe(original);
    const { devices } = server.kit.ledger;
    expect(await devices.list({ unit: province, limit: 500 })).toHaveLength(PCS);
    await soon('everything to be acknowledged', () => pcs.every(({ waiting }) => waiting === 0));
    const states = await devices.states(pcs.map(({ device }) => device!));
    for (const pc of copies) {
      expect(await devices.byId(pc.device!)).toMatchObject({ clonedFrom: original, unit: room });
      // It knows nothing of how the last run of another machine ended.
      expect(states.get(pc.device!)).toMatchObject({ online: true, birth: { end: 'first' } });
    }
    const ids = pcs.map(({ device }) => device);
    await Promise.all(pcs.map((pc) => pc.stop()));
    await Promise.all(pcs.map((pc) => pc.start()));
    expect(pcs.map(({ device }) => device)).toEqual(ids);
    expect(await devices.list({ unit: province, limit: 500 })).toHaveLength(PCS);
  } finally {
    await Promise.all(pcs.map((pc) => pc.stop()));
  }
});

it('whole agents on frozen copies of an enrolled machine get their ids back at every boot, and are heard each time', async () => {
  const { room, province } = await server.province();
  const { text: token } = await server.token(room, Date.now());
  const pcs = Array.from({ length: 3 }, (_, n) => new LabPc(labFolder(folder.path, 1_000 + n), () => server.url));
  const [first] = pcs as [LabPc];
  await first.start({ token });
  await soon('the first one to be heard', () => first.connected && first.waiting === 0);
  await first.stop();
  const image = `${first.home}-image`;
  cpSync(first.home, image, { recursive: true });
  const seen: (string | undefined)[][] = [];
  for (let boot = 0; boot < 3; boot++) {
    for (const pc of pcs) {
      rmSync(pc.home, { recursive: true });
      pc.write(image);
    }
    await Promise.all(pcs.map((pc) => pc.start()));
    await soon('all to be heard', () => pcs.every((pc) => pc.connected && pc.waiting === 0));
    seen.push(pcs.map(({ device }) => device));
    await Promise.all(pcs.map((pc) => pc.stop()));
  }
  expect(new Set(seen[0]).size).toBe(3);
  expect(seen[1]).toEqual(seen[0]);
  expect(seen[2]).toEqual(seen[0]);
  expect(await server.kit.ledger.devices.list({ unit: province, limit: 10 })).toHaveLength(3);
});

it('two whole agents on machines that nothing tells apart: the copy gets an id of its own, and both are heard', async () => {
  const { room, province } = await server.province();
  const { text: token } = await server.token(room, Date.now());
  const pcs = Array.from({ length: 2 }, (_, n) => new LabPc(labFolder(folder.path, 2_000 + n), () => server.url, 'vmcopy'));
  const [first, copy] = pcs as [LabPc, LabPc];
  await first.start({ token });
  await soon('the first one to be heard', () => first.connected && first.waiting === 0);
  const original = first.device;
  copy.write(first.home);
  try {
    await copy.start();
    await soon('two devices', () => first.device !== copy.device && pcs.every(({ connected }) => connected), 110_000);
    await soon('everything to be acknowledged', () => pcs.every(({ waiting }) => waiting === 0));
    // It was started first.
    expect(first.device).toBe(original);
    const ids = pcs.map(({ device }) => device);
    for (const pc of pcs) await pc.stop();
    for (const pc of pcs) await pc.start();
    await soon('both again', () => pcs.every(({ connected, waiting }) => connected && waiting === 0));
    expect(pcs.map(({ device }) => device)).toEqual(ids);
    expect(await server.kit.ledger.devices.list({ unit: province, limit: 10 })).toHaveLength(2);
  } finally {
    for (const pc of pcs) await pc.stop();
  }
});
