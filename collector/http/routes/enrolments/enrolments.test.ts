import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addSchool, json, NOW, problemOf, startHttp, type HttpKit } from '../../test-kit/http-kit.ts';
import type { EnrolmentAnswer } from '../../schemas/enrolment.ts';

const DAY = 86_400_000;
const CA = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n';

let kit: HttpKit;
let room: string;
const token = async (over: Partial<{ expiresAt: number; maxUses: number }> = {}) =>
  kit.ledger.credentials.createToken({ unit: room, class: 'pc-student', expiresAt: NOW + DAY, maxUses: 10, at: NOW - DAY, ...over });

let machine = 0;
const hardware = (n = ++machine) => ({
  uuid: `UUID-${n}`,
  board: `BOARD-${n}`,
  macs: [`02:00:00:00:00:${n.toString(16).padStart(2, '0')}`],
  disks: [`DISK-${n}`],
});
const enrol = (body: unknown) => kit.fetch('/api/v1/enrolments', json('POST', body));

beforeAll(async () => {
  kit = await startHttp({ enrolment: { brokerUrl: ({ secure, host }) => `mqtts://${secure ? 'secure' : 'plain'}.${host}:8883`, ca: CA } });
  ({ room } = await addSchool(kit.ledger));
});
afterAll(() => kit.stop());

describe('POST /enrolments', () => {
  it('gives a new device its id, its secret and where the broker is; the same machine gets its id back', async () => {
    const { text } = await token();
    const fingerprint = hardware();
    const first = await enrol({ token: text, name: 'Máy 07', fingerprint });
    expect([first.status, first.headers.get('cache-control')]).toEqual([201, 'no-store']);
    const answer = (await first.json()) as EnrolmentAnswer;
    expect(answer.broker).toEqual({ url: 'mqtts://plain.127.0.0.1:8883', ca: CA });
    expect(await kit.ledger.credentials.checkSecret(answer.device, answer.secret)).toBe('ok');
    expect(await kit.ledger.devices.byId(answer.device)).toMatchObject({ name: 'Máy 07', unit: room, class: 'pc-student' });

    const again = await enrol({ token: text, name: 'Máy 07', fingerprint });
    expect(again.status).toBe(200);
    const second = (await again.json()) as EnrolmentAnswer;
    expect(second.device).toBe(answer.device);
    expect(await kit.ledger.credentials.checkSecret(answer.device, answer.secret)).toBe('wrong-secret');
    expect(await kit.ledger.credentials.checkSecret(second.device, second.secret)).toBe('ok');

    const entries = await kit.ledger.audit.list(10);
    expect(entries.map(({ what, subject }) => [what, subject])).toEqual(
      expect.arrayContaining([
        ['enrolled:new', answer.device],
        ['enrolled:known', answer.device],
      ]),
    );
    expect(JSON.stringify(entries)).not.toContain(answer.secret);
    expect(JSON.stringify(entries)).not.toContain(text);
  });

  it('refuses, each with its reason', async () => {
    const body = (text: string) => ({ token: text, name: 'Máy', fingerprint: hardware() });
    const expired = await token({ expiresAt: NOW - 1 });
    const used = await token({ maxUses: 1 });
    expect((await enrol(body(used.text))).status).toBe(201);
    const revoked = await token();
    await kit.ledger.credentials.revokeToken(revoked.token.id, NOW);
    const good = await token();
    const known = { token: good.text, name: 'Máy', fingerprint: hardware() };
    const { device } = (await (await enrol(known)).json()) as EnrolmentAnswer;
    await kit.ledger.devices.revoke(device, NOW);
    const cases: [unknown, string][] = [
      [body('not-a-token-at-all'), 'TOKEN_UNKNOWN'],
      [body(`${good.token.id}.wrong-secret`), 'TOKEN_UNKNOWN'],
      [body(expired.text), 'TOKEN_EXPIRED'],
      [body(used.text), 'TOKEN_USED_UP'],
      [body(revoked.text), 'TOKEN_REVOKED'],
      [known, 'DEVICE_REVOKED'],
    ];
    for (const [sent, code] of cases) {
      const problem = await problemOf(await enrol(sent));
      expect([problem.status, problem.code]).toEqual([403, code]);
      expect(problem.text.vi).toMatch(/\S/);
    }
  });

  it.each([
    ['no token', { name: 'x', fingerprint: { macs: [], disks: [] } }],
    ['a short token', { token: 'x', name: 'x', fingerprint: { macs: [], disks: [] } }],
    ['a long token', { token: 'x'.repeat(201), name: 'x', fingerprint: { macs: [], disks: [] } }],
    ['no fingerprint', { token: 'x'.repeat(20), name: 'x' }],
    ['an empty name', { token: 'x'.repeat(20), name: '', fingerprint: { macs: [], disks: [] } }],
    ['a path as name', { token: 'x'.repeat(20), name: 'C:\\Users\\an', fingerprint: { macs: [], disks: [] } }],
    ['a mail address as name', { token: 'x'.repeat(20), name: 'an@truong.vn', fingerprint: { macs: [], disks: [] } }],
    ['control characters', { token: 'x'.repeat(20), name: 'a\u0007b', fingerprint: { macs: [], disks: [] } }],
    ['a wrong MAC', { token: 'x'.repeat(20), name: 'x', fingerprint: { macs: ['AA:BB'], disks: [] } }],
    ['33 disks', { token: 'x'.repeat(20), name: 'x', fingerprint: { macs: [], disks: Array.from({ length: 33 }, (_, i) => `D${i}`) } }],
    ['a serial with a slash', { token: 'x'.repeat(20), name: 'x', fingerprint: { macs: [], disks: ['../etc'] } }],
  ])('refuses %s, and never repeats what was sent', async (_what, body) => {
    const problem = await problemOf(await enrol(body));
    expect([problem.status, problem.code]).toEqual([400, 'BAD_REQUEST']);
    expect(JSON.stringify(problem)).not.toContain('x'.repeat(20));
  });

  it('is counted by outcome', () => {
    const text = kit.metrics.text();
    expect(text).toMatch(/labwatch_enrolments_total\{outcome="new"\} [1-9]/);
    expect(text).toMatch(/labwatch_enrolments_total\{outcome="unknown-token"\} 2/);
  });

  it('is limited by address', async () => {
    const strict = await startHttp({ limits: { enrolments: { max: 2, windowMs: 60_000 } } });
    try {
      const statuses: number[] = [];
      for (let i = 0; i < 4; i++) {
        const body = { token: 'x'.repeat(20), name: 'x', fingerprint: { macs: [], disks: [] } };
        statuses.push((await strict.fetch('/api/v1/enrolments', json('POST', body))).status);
      }
      expect(statuses).toEqual([403, 403, 429, 429]);
    } finally {
      await strict.stop();
    }
  });
});
