import { describe, expect, test } from 'vitest';
import type { SecretCheck } from '../../ledger/index.ts';
import { topicOf } from '../../protocol/topics.ts';
import { authenticate, type ConnectRequest } from './steps.ts';

const ME = 'a'.repeat(26);
const SERVICE = 'the-service-secret';
const request: ConnectRequest = { clientId: ME, userName: ME, secret: 'mine', keepAlive: 60, will: undefined };
const presence = { topic: topicOf(ME, 'presence'), retain: true, qos: 1, bytes: 200 };

/** A ledger that gives one answer; the steps are all that is tested here, the real ledger stands behind tests/integration. */
async function decide(over: Partial<ConnectRequest>, answer: SecretCheck | Error = 'ok'): Promise<unknown> {
  const asked: string[] = [];
  const credentials = {
    checkSecret: async (device: string): Promise<SecretCheck> => {
      asked.push(device);
      if (answer instanceof Error) throw answer;
      return answer;
    },
  };
  const verdict = await authenticate({ ...request, ...over }, { maxKeepAlive: 300, serviceSecret: SERVICE, credentials }, () => undefined);
  return 'refuse' in verdict ? verdict.refuse : `${verdict.accept.kind} ${verdict.accept.id} ${asked.length}`;
}

describe('a CONNECT', () => {
  test('of a device with its secret is taken, with a Will on its own presence too', async () => {
    expect(await decide({})).toBe(`device ${ME} 1`);
    expect(await decide({ will: presence })).toBe(`device ${ME} 1`);
    expect(await decide({ keepAlive: 300 })).toBe(`device ${ME} 1`);
  });

  test.each([
    ['no user name', { userName: undefined }, 'no-credentials'],
    ['no secret', { secret: undefined }, 'no-credentials'],
    ['an empty secret', { secret: '' }, 'no-credentials'],
    ['no keep-alive', { keepAlive: 0 }, 'keep-alive'],
    ['a long keep-alive', { keepAlive: 301 }, 'keep-alive'],
    ['a user name that is no id', { userName: 'admin', clientId: 'admin' }, 'unknown-device'],
    ['another client id', { clientId: 'b'.repeat(26) }, 'client-id'],
    ['no client id', { clientId: '' }, 'client-id'],
    ['a Will elsewhere', { will: { ...presence, topic: topicOf(ME, 'report') } }, 'will'],
    ['a Will of another device', { will: { ...presence, topic: topicOf('b'.repeat(26), 'presence') } }, 'will'],
    ['a Will that is not retained', { will: { ...presence, retain: false } }, 'will'],
    ['a Will with QoS 2', { will: { ...presence, qos: 2 } }, 'will'],
    ['a Will of 5 KiB', { will: { ...presence, bytes: 5_000 } }, 'will'],
  ])('with %s is refused', async (_what, over, reason) => {
    expect(await decide(over)).toBe(reason);
  });

  test.each(['unknown-device', 'wrong-secret', 'revoked'] as const)('that the ledger calls %s is refused as that', async (answer) => {
    expect(await decide({}, answer)).toBe(answer);
    // Who is not known does not learn what else would be wrong.
    expect(await decide({ will: { ...presence, retain: false } }, answer)).toBe(answer);
  });

  test('is refused for now when the ledger fails', async () => {
    expect(await decide({}, new Error('database is locked'))).toBe('ledger-unavailable');
  });

  test('of the collector needs the service secret, and no id of a device', async () => {
    const service = { userName: 'collector', clientId: 'labwatch-collector', secret: SERVICE };
    expect(await decide(service)).toBe('collector labwatch-collector 0');
    expect(await decide({ ...service, clientId: '' })).toBe('collector  0');
    expect(await decide({ ...service, secret: 'guess' })).toBe('wrong-secret');
    expect(await decide({ ...service, clientId: ME })).toBe('client-id');
    expect(await decide({ ...service, clientId: 'a b' })).toBe('client-id');
    expect(await decide({ ...service, will: presence })).toBe('will');
  });
});
