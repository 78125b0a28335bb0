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

  const proof = (of: { device: string; secret: string }, more: object = {}) => ({
    device: of.device,
    secret: of.secret,
    boot: '0123456789abcdef',
    mono: 60_000,
    twin: 't'.repeat(26),
    ...more,
  });

  it('takes the secret of a device in place of a token: a copy of its disk on other hardware is a device of its own', async () => {
    const { text } = await token();
    const fingerprint = hardware();
    const first = (await (await enrol({ token: text, name: 'Máy 11', fingerprint })).json()) as EnrolmentAnswer;
    const same = await enrol({ proof: proof(first), name: 'Máy 11', fingerprint: { ...fingerprint, disks: ['DISK-NEW'] } });
    expect([same.status, await same.json()]).toEqual([200, first]);
    const copied = { proof: proof(first), name: 'Máy 12', fingerprint: hardware() };
    const clone = await enrol(copied);
    expect([clone.status, clone.headers.get('cache-control')]).toEqual([201, 'no-store']);
    const second = (await clone.json()) as EnrolmentAnswer;
    expect(second.device).not.toBe(first.device);
    expect(second).not.toHaveProperty('twin');
    for (const { device, secret } of [first, second]) expect(await kit.ledger.credentials.checkSecret(device, secret)).toBe('ok');
    expect(await kit.ledger.devices.byId(second.device)).toMatchObject({ clonedFrom: first.device, unit: room });
    expect((await enrol(copied)).status).toBe(200);
    const entries = await kit.ledger.audit.list(20);
    expect(entries.map(({ what, subject }) => [what, subject])).toEqual(
      expect.arrayContaining([
        ['hardware-changed', first.device],
        ['enrolled:clone', second.device],
        [`cloned-to:${second.device}`, first.device],
        ['enrolled:recognised', second.device],
      ]),
    );
    for (const secret of [first.secret, second.secret]) expect(JSON.stringify(entries)).not.toContain(secret);
  });

  it('gives a machine that its hardware cannot tell from another a mark of its own', async () => {
    const { text } = await token();
    const fingerprint = hardware();
    const first = (await (await enrol({ token: text, name: 'Máy ảo', fingerprint })).json()) as EnrolmentAnswer;
    const ask = (boot: string, mono: number, letter: string) =>
      enrol({
        proof: proof(first, { boot: boot.repeat(16), mono, duplicate: true, twin: letter.repeat(26) }),
        name: 'Máy ảo',
        fingerprint,
      });
    expect(await (await ask('a', 60_000, 'a')).json()).toEqual(first);
    const moved = (await (await ask('b', 30_000, 'b')).json()) as EnrolmentAnswer;
    expect(moved.device).not.toBe(first.device);
    expect(moved.twin).toBe('b'.repeat(26));
    // Its next enrolment with a token finds it by that mark.
    const again = await enrol({ token: text, twin: moved.twin, name: 'Máy ảo', fingerprint });
    expect(await again.json()).toMatchObject({ device: moved.device, twin: moved.twin });
  });

  it('refuses a secret that is none, too many copies, and both keys at once', async () => {
    const { text } = await token();
    const first = (await (await enrol({ token: text, name: 'Máy 13', fingerprint: hardware() })).json()) as EnrolmentAnswer;
    const tell = (of: { device: string; secret: string }) => enrol({ proof: proof(of), name: 'Máy', fingerprint: hardware() });
    const wrong = await problemOf(await tell({ ...first, secret: 'A'.repeat(43) }));
    const nobody = await problemOf(await tell({ device: 'x'.repeat(26), secret: first.secret }));
    for (const { status, code } of [wrong, nobody]) expect([status, code]).toEqual([403, 'PROOF_REFUSED']);
    const both = await problemOf(await enrol({ token: text, proof: proof(first), name: 'x', fingerprint: hardware() }));
    expect([both.status, both.code]).toEqual([400, 'BAD_REQUEST']);
    const strict = await startHttp({ enrolment: { brokerUrl: () => 'mqtts://x', clonesPerDay: 0 } });
    try {
      const school = await addSchool(strict.ledger);
      const made = await strict.ledger.credentials.createToken({
        unit: school.room,
        class: 'pc-student',
        expiresAt: NOW + DAY,
        maxUses: 1,
        at: NOW,
      });
      const one = await strict.fetch('/api/v1/enrolments', json('POST', { token: made.text, name: 'x', fingerprint: hardware() }));
      const body = { proof: proof((await one.json()) as EnrolmentAnswer), name: 'x', fingerprint: hardware() };
      const refused = await strict.fetch('/api/v1/enrolments', json('POST', body));
      expect(refused.headers.get('retry-after')).toBe('3600');
      expect((await problemOf(refused)).code).toBe('TOO_MANY_CLONES');
    } finally {
      await strict.stop();
    }
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
