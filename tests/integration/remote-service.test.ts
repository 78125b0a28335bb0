import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { labwatch, type Program, until } from '../tools/programs.ts';
import { RemoteRig } from './remote-rig.ts';

let rig: RemoteRig;
const programs: Program[] = [];
beforeEach(async () => void (rig = await RemoteRig.start()));
afterEach(async () => {
  for (const program of programs.splice(0)) await program.stop('SIGKILL');
  await rig.stop();
});

/** The agent as the service manager starts it, on the machine this test runs on. */
async function service(): Promise<Program> {
  const program = labwatch(['agent', 'service'], {
    LABWATCH_HOME: join(rig.home, 'pc'),
    LABWATCH_SERVER: rig.url,
    LABWATCH_TOKEN: await rig.token(),
  });
  programs.push(program);
  return program;
}

test('restart_agent: answered, then the process ends with the code that service managers start again; once', async () => {
  const first = await service();
  const device = await until('it is online', async () => {
    const [known] = await rig.ledger.devices.list({ limit: 1 });
    if (known === undefined) return undefined;
    return (await rig.ledger.devices.states([known.id])).get(known.id)!.online === true && known.id;
  });
  const ordered = await rig.ledger.commands.order({ scope: { device }, name: 'restart_agent', at: Date.now(), who: 'test' });
  // EX_TEMPFAIL of sysexits.h.
  expect(await first.ended()).toBe(75);
  expect(await rig.ledger.commands.list({ limit: 9 })).toMatchObject([{ id: ordered!.ordered[0]!.id, state: 'done' }]);
  const second = await service();
  const refresh = (await rig.ledger.commands.order({ scope: { device }, name: 'refresh', at: Date.now(), who: 'test' }))!.ordered[0]!;
  await until(
    'the next run obeys',
    async () => (await rig.ledger.commands.list({ limit: 9 })).find(({ id }) => id === refresh.id)?.state === 'done',
  );
  expect(await second.stop('SIGTERM')).toBe(0);
});
