import { connectAsync } from 'mqtt';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { WrittenActions } from '../../agent/test-kit/actions.ts';
import type { CommandRecord } from '../../ledger/index.ts';
import type { CommandName } from '../../protocol/commands.ts';
import { topicOf } from '../../protocol/topics.ts';
import { newId } from '../../runtime/ids.ts';
import { labwatch, until } from '../tools/programs.ts';
import { RemoteRig } from './remote-rig.ts';

let rig: RemoteRig;
let actions: WrittenActions;
beforeEach(async () => {
  rig = await RemoteRig.start();
  actions = new WrittenActions();
});
afterEach(() => rig.stop());

const by = () => ({ at: Date.now(), who: 'test' });
const agent = (name: string, folder?: string) => rig.agent({ name, more: { actions }, ...(folder === undefined ? {} : { folder }) });
const one = async (id: string): Promise<CommandRecord> => (await rig.ledger.commands.list({ limit: 50 })).find((each) => each.id === id)!;
const settled = (id: string): Promise<CommandRecord> =>
  until('an answer', async () => {
    const command = await one(id);
    return command.state === 'waiting' ? undefined : command;
  });
async function ordered(device: string, name: CommandName, minutes = 10): Promise<string> {
  const outcome = await rig.ledger.commands.order({ scope: { device }, name, minutes, ...by() });
  return outcome!.ordered[0]!.id;
}

test('over HTTP: each is obeyed, answered and audited; who may only look may not, and what is not allowed is refused', async () => {
  const device = (await agent('1')).device!;
  const path = `/api/v1/devices/${device}/commands`;
  await rig.ledger.users.add({ name: 'khach', role: 'viewer', password: 'mot-mat-khau-dai', mustChangePassword: false });
  const viewer = await rig.login('khach');
  const cookie = await rig.login();
  expect((await rig.call('POST', path, { cookie: viewer, body: { name: 'locate' } })).status).toBe(403);
  expect((await rig.call('POST', path, { body: { name: 'locate' } })).status).toBe(401);
  const bad = [
    { name: 'sh' },
    { name: 'locate', notice: 'Xin chào' },
    { name: 'locate', minutes: 0 },
    { name: 'locate', command: 'id' },
    {},
  ];
  for (const body of bad) expect((await rig.call('POST', path, { cookie, body })).status).toBe(400);
  const refused = await rig.call('POST', path, { cookie, body: { name: 'shut_down' } });
  expect([refused.status, ((await refused.json()) as { code: string }).code]).toEqual([403, 'COMMAND_NOT_ALLOWED']);
  expect(await rig.ledger.commands.list({ limit: 9 })).toEqual([]);

  for (const name of ['locate', 'self_test', 'refresh'] as const) {
    const answer = await rig.call('POST', path, { cookie, body: { name } });
    expect(answer.status).toBe(201);
    const { id, state } = (await answer.json()) as { id: string; state: string };
    expect(state).toBe('waiting');
    expect(await settled(id)).toMatchObject({ state: 'done', reason: null, who: 'admin' });
    const entries = (await rig.ledger.audit.list(50)).filter(({ subject }) => subject.includes(id));
    expect(entries.map(({ who, what }) => [who, what])).toEqual([
      ['device', 'command-done'],
      ['admin', `command-${name.replace('_', '-')}`],
    ]);
  }
  expect(actions.asked).toEqual([expect.stringContaining('Máy 1\nQuản trị viên đang tìm máy này.')]);
  const { items } = (await (await rig.call('GET', path, { cookie: viewer })).json()) as { items: { name: string; state: string }[] };
  expect(items.map(({ name, state }) => [name, state])).toEqual([
    ['refresh', 'done'],
    ['self_test', 'done'],
    ['locate', 'done'],
  ]);
});

test('a shutdown needs the leave of the unit at the server and at the device, and happens after it is answered', async () => {
  const made = await agent('1');
  const device = made.device!;
  // As if the server had been talked into it: the agent refuses by itself.
  await rig.sayTo(device, { id: newId(), name: 'shut_down', expires: Date.now() + 60_000 });
  await until('the refusal', () => made.status().counts['command_refused'] === 1);
  expect(actions.asked).toEqual([]);
  await rig.ledger.settings.save({ unit: rig.room }, { allow: ['shut_down'] }, by());
  await until('the leave', async () => {
    const issued = await rig.ledger.settings.issued(device);
    return issued.version > 0 && issued.confirmed === issued.version;
  });
  expect(await settled(await ordered(device, 'shut_down'))).toMatchObject({ state: 'done' });
  await until('it goes off', () => actions.asked.includes('shut_down'));
  expect(actions.asked).toEqual(['shut_down']);
});

test('ordered while the machine is off: waits, goes out when it connects; an expired one never does', async () => {
  const first = await agent('1');
  const device = first.device!;
  const folder = await rig.stopAgent(first);
  const late = await ordered(device, 'locate');
  const gone = (await rig.ledger.commands.order({ scope: { device }, name: 'locate', minutes: 1, at: Date.now() - 120_000, who: 'test' }))!
    .ordered[0]!;
  expect(await settled(gone.id)).toMatchObject({ state: 'expired', sentAt: null });
  expect(await one(late)).toMatchObject({ state: 'waiting', sentAt: null });
  await agent('1', folder);
  expect(await settled(late)).toMatchObject({ state: 'done' });
  expect(actions.asked).toHaveLength(1);
});

test('the same command again, and again after a restart of the agent: obeyed once', async () => {
  const first = await agent('1');
  const device = first.device!;
  const id = await ordered(device, 'locate');
  await settled(id);
  const again = { id, name: 'locate', expires: Date.now() + 60_000 } as const;
  await rig.sayTo(device, again);
  const folder = await rig.stopAgent(first);
  const second = await agent('1', folder);
  await until('the second run is connected', () => second.status().link === 'connected');
  await rig.sayTo(device, again);
  await until('it was seen to be a repetition', () => second.status().counts['command_repeated'] === 1);
  expect(actions.asked).toHaveLength(1);
});

test('an answer survives a server that goes away before it is told', async () => {
  const first = await agent('1');
  const device = first.device!;
  const shown = Promise.withResolvers<'shown'>();
  let begun = false;
  actions.show = () => {
    begun = true;
    return shown.promise;
  };
  const id = await ordered(device, 'locate');
  await until('it was sent', async () => (await one(id)).sentAt !== null);
  await until('it was begun', () => begun);
  await rig.stopServer();
  shown.resolve('shown');
  await rig.startServer();
  expect(await settled(id)).toMatchObject({ state: 'done' });
});

test('wake goes through a neighbour that is on', async () => {
  const sleeper = await agent('7');
  const device = sleeper.device!;
  await rig.stopAgent(sleeper);
  const neighbour = (await agent('8')).device!;
  await until('both are known', async () => {
    const states = await rig.ledger.devices.states([device, neighbour]);
    return states.get(device)!.online === false && states.get(neighbour)!.online === true;
  });
  const cookie = await rig.login();
  const answer = await rig.call('POST', `/api/v1/devices/${device}/commands`, { cookie, body: { name: 'wake' } });
  const { id, device: by8, target } = (await answer.json()) as { id: string; device: string; target: string };
  expect([by8, target]).toEqual([neighbour, device]);
  expect(await settled(id)).toMatchObject({ state: 'done' });
  expect(actions.asked).toEqual(['wake 00:1b:21:00:00:07']);
});

test('for a whole room: each device, and why some get none; what cannot be is a problem with a code', async () => {
  const device = (await agent('1')).device!;
  const cookie = await rig.login();
  const post = async (path: string, body: object): Promise<{ status: number; answer: Record<string, unknown> }> => {
    const response = await rig.call('POST', `/api/v1/${path}/commands`, { cookie, body });
    return { status: response.status, answer: (await response.json()) as Record<string, unknown> };
  };
  const refused = await post(`units/${rig.room}`, { name: 'restart' });
  expect(refused).toEqual({ status: 201, answer: { items: [], skipped: [{ device, reason: 'not-allowed' }] } });
  const { status, answer } = await post(`units/${rig.room}`, { name: 'self_test', minutes: 3 });
  expect(status).toBe(201);
  const [item] = answer['items'] as { id: string; device: string }[];
  expect(item!.device).toBe(device);
  expect(await settled(item!.id)).toMatchObject({ state: 'done' });
  const codes = async (path: string, body: object) => {
    const problem = await post(path, body);
    return [problem.status, problem.answer['code']];
  };
  expect(await codes(`devices/${device}`, { name: 'wake' })).toEqual([409, 'NO_NEIGHBOUR']);
  expect(await codes('units/nowhere', { name: 'locate' })).toEqual([404, 'UNIT_UNKNOWN']);
  expect(await codes(`devices/${'a'.repeat(26)}`, { name: 'locate' })).toEqual([404, 'DEVICE_UNKNOWN']);
  await rig.ledger.devices.revoke(device, Date.now());
  expect(await codes(`devices/${device}`, { name: 'locate' })).toEqual([403, 'DEVICE_REVOKED']);
});

test('the operator at the command line, in a process of his own', async () => {
  const device = (await agent('1')).device!;
  const sent = labwatch(['command', 'send', 'locate', '--device', device, '--json'], { LABWATCH_HOME: rig.home });
  expect(await sent.ended()).toBe(0);
  const { ordered: mine } = JSON.parse(sent.stdout) as { ordered: { id: string }[] };
  expect(await settled(mine[0]!.id)).toMatchObject({ state: 'done', who: 'cli' });
});

test('no device hears the commands of another', async () => {
  const token = await rig.token();
  const enrol = async (n: number) => {
    const body = { token, name: `x${n}`, fingerprint: { board: `X-${n}`, macs: [], disks: [`X${n}`] } };
    return (await (await rig.call('POST', '/api/v1/enrolments', { body })).json()) as { device: string; secret: string };
  };
  const [spy, victim] = [await enrol(1), await enrol(2)];
  expect(spy.device).not.toBe(victim.device);
  const client = await connectAsync(rig.mqttUrl, { clientId: spy.device, username: spy.device, password: spy.secret, reconnectPeriod: 0 });
  const heard: string[] = [];
  client.on('message', (topic) => void heard.push(topic));
  const topics = [topicOf(victim.device, 'command'), topicOf(victim.device, 'config')];
  const granted = await client.subscribeAsync(topics, { qos: 1 }).catch(() => []);
  expect(granted.filter(({ qos }) => qos !== 128)).toEqual([]);
  await client.subscribeAsync(topicOf(spy.device, 'command'), { qos: 1 });
  await rig.sayTo(victim.device, { id: newId(), name: 'locate', expires: Date.now() + 60_000 });
  await rig.sayTo(spy.device, { id: newId(), name: 'locate', expires: Date.now() + 60_000 });
  await until('its own', () => heard.length > 0);
  expect(heard).toEqual([topicOf(spy.device, 'command')]);
  await client.endAsync(true);
});
