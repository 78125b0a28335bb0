import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { Log } from '../../runtime/log.ts';
import { Metrics } from '../../runtime/metrics.ts';
import { reasonOf } from '../sessions/events.ts';
import { REFUSAL_REASONS, REFUSALS, RefusedError } from './catalogue.ts';
import { RefusalRecorder } from './recorder.ts';

describe('the catalogue', () => {
  test('has both languages for every reason, and docs/broker.md explains each', () => {
    const page = readFileSync(fileURLToPath(new URL('../../docs/broker.md', import.meta.url)), 'utf8');
    for (const reason of REFUSAL_REASONS) {
      expect(REFUSALS[reason].en).not.toBe('');
      expect(REFUSALS[reason].vi).not.toBe('');
      expect(page).toContain(`| \`${reason}\` |`);
    }
  });

  test('gives the return code of CONNACK', () => {
    expect(new RefusedError('wrong-secret').returnCode).toBe(4);
    expect(new RefusedError('client-id').returnCode).toBe(2);
    expect(new RefusedError('ledger-unavailable').returnCode).toBe(3);
    expect(new RefusedError('publish-topic').returnCode).toBe(5);
  });
});

describe('the recorder', () => {
  test('counts everything and logs once a minute for one reason and address', () => {
    const lines: unknown[] = [];
    const log = { warn: (fields: unknown) => lines.push(fields) } as unknown as Log;
    let now = 0;
    const recorder = new RefusalRecorder({ metrics: new Metrics(), log, now: () => now });
    for (let i = 0; i < 5; i++) recorder.refuse('wrong-secret', { address: '192.0.2.1', transport: 'mqtt' });
    recorder.refuse('wrong-secret', { address: '192.0.2.2', transport: 'mqtt' });
    recorder.refuse('revoked', { address: '192.0.2.1', transport: 'mqtt' });
    now = 60_001;
    recorder.refuse('wrong-secret', { address: '192.0.2.1', transport: 'mqtt' });
    expect(recorder.count('wrong-secret')).toBe(7);
    expect(lines).toEqual([
      { reason: 'wrong-secret', address: '192.0.2.1', transport: 'mqtt', unsaid: 0 },
      { reason: 'wrong-secret', address: '192.0.2.2', transport: 'mqtt', unsaid: 0 },
      { reason: 'revoked', address: '192.0.2.1', transport: 'mqtt', unsaid: 0 },
      { reason: 'wrong-secret', address: '192.0.2.1', transport: 'mqtt', unsaid: 4 },
    ]);
  });

  test('shows every reason from the start', () => {
    const metrics = new Metrics();
    new RefusalRecorder({ metrics, log: {} as Log }).count('revoked');
    for (const reason of REFUSAL_REASONS) expect(metrics.text()).toContain(`{reason="${reason}"} 0`);
  });
});

describe('why aedes closed a connection', () => {
  const failed = (message: string, code?: string): Error => Object.assign(new Error(message), code === undefined ? {} : { code });
  test.each([
    ['connect did not arrive in time', undefined, 'connect-timeout'],
    ['drain timeout', undefined, 'slow-reader'],
    ['unacceptable protocol version', undefined, 'protocol-version'],
    ['Invalid header flag bits', undefined, 'malformed'],
    ['Max payload size exceeded', 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH', 'packet-too-large'],
    ['Invalid WebSocket frame', 'WS_ERR_INVALID_OPCODE', 'malformed'],
    ['read ECONNRESET', 'ECONNRESET', undefined],
    ['keep alive timeout', undefined, undefined],
    ['connection closed', undefined, undefined],
  ])('%s', (message, code, reason) => {
    expect(reasonOf(failed(message, code))).toBe(reason);
  });
});
