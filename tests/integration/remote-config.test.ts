import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openLedger } from '../../ledger/index.ts';
import { until } from '../tools/programs.ts';
import { RemoteRig } from './remote-rig.ts';

let rig: RemoteRig;
beforeEach(async () => void (rig = await RemoteRig.start()));
afterEach(() => rig.stop());

const by = () => ({ at: Date.now(), who: 'test' });
/** What the server says is in force at the device, once it is. */
const inForce = (device: string) =>
  until('the configuration in force', async () => {
    const issued = await rig.ledger.settings.issued(device);
    return issued.version > 0 && issued.version === issued.confirmed ? issued : undefined;
  });

test('over HTTP: a setting of the room reaches the device, one of the device wins, an unset one falls back', async () => {
  const agent = await rig.agent({ name: '1' });
  const device = agent.device!;
  const cookie = await rig.login();
  const set = await rig.call('PUT', `/api/v1/units/${rig.room}/settings`, {
    cookie,
    body: { reportMinutes: 2, quietHours: ['00:00-23:59'] },
  });
  expect(set.status).toBe(200);
  expect(await set.json()).toMatchObject({
    own: { reportMinutes: 2 },
    effective: { reportMinutes: { value: 2, from: { kind: 'unit', name: 'Phòng máy 1' } } },
  });
  const first = await inForce(device);
  expect(first.settings).toEqual({ reportMinutes: 2, quietHours: ['00:00-23:59'] });
  await rig.call('PUT', `/api/v1/devices/${device}/settings`, { cookie, body: { reportMinutes: 1 } });
  await until('the next one', async () => (await rig.ledger.settings.issued(device)).version > first.version);
  await inForce(device);
  const view = await (await rig.call('GET', `/api/v1/devices/${device}/settings`, { cookie })).json();
  expect(view).toMatchObject({
    device,
    own: { reportMinutes: 1 },
    effective: { reportMinutes: { value: 1, from: { kind: 'device', name: 'Máy 1' } }, quietHours: { from: { kind: 'unit' } } },
    inForce: true,
  });
  // It is kept: the next run begins with it and says so in its birth.
  const folder = await rig.stopAgent(agent);
  await rig.call('PUT', `/api/v1/devices/${device}/settings`, { cookie, body: {} });
  await rig.call('PUT', `/api/v1/units/${rig.room}/settings`, { cookie, body: {} });
  await rig.agent({ name: '1', folder });
  await until('nothing set any more', async () => Object.keys((await inForce(device)).settings).length === 0);
});

test('another program writes into the ledger; a server that was away tells what changed meanwhile, without a birth', async () => {
  const agent = await rig.agent({ name: '1' });
  const device = agent.device!;
  await rig.stopServer();
  const cli = await openLedger(rig.home);
  await cli.settings.save({ unit: rig.room }, { replayRate: 33 }, by());
  await cli.close();
  await rig.startServer();
  expect((await inForce(device)).settings).toEqual({ replayRate: 33 });
  const again = await openLedger(rig.home);
  await again.settings.save({ unit: rig.room }, { replayRate: 44 }, by());
  await again.close();
  await until('the later one', async () => (await inForce(device)).settings.replayRate === 44);
});

test('a ledger restored from a backup: the device is told anew, with a version that it takes', async () => {
  const agent = await rig.agent({ name: '1' });
  const device = agent.device!;
  await rig.ledger.settings.save({ device }, { reportMinutes: 4 }, by());
  const old = await inForce(device);
  await rig.stopServer();
  copyFileSync(join(rig.home, 'ledger.db'), join(rig.home, 'backup.db'));
  await rig.startServer();
  await rig.ledger.settings.save({ device }, { reportMinutes: 1 }, by());
  const lost = await until('the later one', async () => {
    const issued = await inForce(device);
    return issued.version > old.version ? issued : undefined;
  });
  const folder = await rig.stopAgent(agent);
  await rig.stopServer();
  copyFileSync(join(rig.home, 'backup.db'), join(rig.home, 'ledger.db'));
  await rig.startServer();
  expect(await rig.ledger.settings.issued(device)).toMatchObject({ version: old.version });
  await rig.agent({ name: '1', folder });
  const renewed = await until('a version above the lost one', async () => {
    const issued = await inForce(device);
    return issued.version > lost.version ? issued : undefined;
  });
  expect(renewed.settings).toEqual({ reportMinutes: 4 });
});

test('who may only look may not set; a bad value is refused whole and named', async () => {
  await rig.ledger.users.add({ name: 'khach', role: 'viewer', password: 'mot-mat-khau-dai', mustChangePassword: false });
  const path = `/api/v1/units/${rig.room}/settings`;
  const viewer = await rig.login('khach');
  expect((await rig.call('GET', path, { cookie: viewer })).status).toBe(200);
  expect((await rig.call('PUT', path, { cookie: viewer, body: {} })).status).toBe(403);
  expect((await rig.call('PUT', path, { body: {} })).status).toBe(401);
  const cookie = await rig.login();
  for (const body of [{ reportMinutes: 9 }, { reportMinute: 2 }, { quietHours: ['25:00-26:00'] }, { allow: ['shell'] }, [], 'x']) {
    const answer = await rig.call('PUT', path, { cookie, body });
    expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([400, 'BAD_REQUEST']);
  }
  expect(await rig.ledger.settings.list()).toEqual([]);
  expect((await rig.call('PUT', '/api/v1/units/nowhere/settings', { cookie, body: {} })).status).toBe(404);
  expect((await rig.call('GET', `/api/v1/devices/${'a'.repeat(26)}/settings`, { cookie })).status).toBe(404);
});
