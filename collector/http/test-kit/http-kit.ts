import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLedger, unheard, type DeviceClass, type DeviceState, type DayUse, type Ledger } from '../../../ledger/index.ts';
import { silentLog } from '../../../runtime/log.ts';
import { Metrics } from '../../../runtime/metrics.ts';
import { ChangeFeed } from '../../model/change-feed.ts';
import { createHttp, type Check, type Http, type HttpOptions } from '../app.ts';

/** 2026-11-21T08:15:00+07:00. */
export const NOW = Date.UTC(2026, 10, 21, 1, 15);
export const ADMIN_PASSWORD = 'mat khau cua toi 1';

/** The HTTP interface over a real ledger and real sockets, with a clock that tests turn. */
export interface HttpKit {
  readonly http: Http;
  readonly ledger: Ledger;
  readonly metrics: Metrics;
  readonly changes: ChangeFeed;
  readonly clock: { now(): number; value: number };
  readonly home: string;
  /** What /readyz says. */
  readonly checks: Check[];
  url: string;
  fetch(path: string, init?: RequestInit & { cookie?: string }): Promise<Response>;
  /** A cookie of a user who has changed the one-time password. */
  login(name?: string, password?: string): Promise<string>;
  stop(): Promise<void>;
}

export const noSeries: HttpOptions['series'] = { read: async () => [] };

/** Everything is stopped and removed by `stop()`. */
export async function startHttp(overrides: Partial<HttpOptions> = {}): Promise<HttpKit> {
  const home = mkdtempSync(join(tmpdir(), 'labwatch-http-'));
  const ledger = await openLedger(home);
  const clock = { value: NOW, now: () => clock.value };
  const metrics = new Metrics();
  const changes = new ChangeFeed();
  const checks: Check[] = [];
  const http = createHttp({
    ledger,
    series: noSeries,
    changes,
    metrics,
    log: silentLog,
    clock,
    settings: { httpPort: 0, httpsPort: 0, listen: '127.0.0.1' },
    enrolment: { brokerUrl: () => 'mqtt://127.0.0.1:1883' },
    health: () => checks,
    consoleFolder: join(home, 'no-console'),
    home,
    ...overrides,
  });
  await http.start();
  const url = `http://127.0.0.1:${http.addresses().http}`;
  const kit: HttpKit = {
    http,
    ledger,
    metrics,
    changes,
    clock,
    home,
    checks,
    url,
    fetch: (path, { cookie, ...init } = {}) =>
      fetch(url + path, {
        redirect: 'manual',
        ...init,
        headers: { ...(init.headers as object), ...(cookie === undefined ? {} : { cookie }) },
      }),
    login: async (name = 'admin', password = ADMIN_PASSWORD) => {
      const response = await kit.fetch('/api/v1/session', json('POST', { name, password }));
      if (response.status !== 200) throw new Error(`login: ${response.status} ${await response.text()}`);
      return cookieOf(response);
    },
    stop: async () => {
      await http.stop();
      await ledger.close();
      rmSync(home, { recursive: true, force: true });
    },
  };
  return kit;
}

/** The same, with the one-time password of `admin` changed already, and a cookie. */
export async function startWithAdmin(overrides: Partial<HttpOptions> = {}): Promise<HttpKit & { cookie: string }> {
  const kit = await startHttp(overrides);
  await kit.ledger.users.setPassword('admin', ADMIN_PASSWORD, false);
  return Object.assign(kit, { cookie: await kit.login() });
}

export const json = (method: string, body: unknown): RequestInit => ({
  method,
  body: JSON.stringify(body),
  headers: { 'content-type': 'application/json' },
});

/** `name=value` of the cookie a response sets. */
export const cookieOf = (response: Response): string => response.headers.getSetCookie()[0]!.split(';')[0]!;

export interface ProblemAnswer {
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly detail?: string;
  readonly text: { vi: string; en: string };
}

/** Reads problem details and checks that they are just that. */
export async function problemOf(response: Response): Promise<ProblemAnswer> {
  const text = await response.text();
  if (!(response.headers.get('content-type') ?? '').startsWith('application/problem+json')) throw new Error(`not a problem: ${text}`);
  if (/\bat .*:\d+:\d+|node_modules|\.ts:/.test(text)) throw new Error(`a stack trace: ${text}`);
  const problem = JSON.parse(text) as ProblemAnswer;
  if (problem.status !== response.status) throw new Error(`status ${response.status} but ${text}`);
  return problem;
}

/** A school with a room in it. @returns ids */
export async function addSchool(ledger: Ledger, zone: string | null = null): Promise<{ school: string; room: string }> {
  await ledger.units.import([
    { code: 'T1', kind: 'school', name: 'THCS Lê Lợi', parentCode: null, zone },
    { code: 'T1-P1', kind: 'room', name: 'Phòng máy 1', parentCode: 'T1', zone: null },
  ]);
  return { school: (await ledger.units.byCode('T1'))!.id, room: (await ledger.units.byCode('T1-P1'))!.id };
}

let machines = 0;

/** Enrols a device as its agent would. @returns its id */
export async function addDevice(
  ledger: Ledger,
  unit: string,
  name: string,
  deviceClass: DeviceClass = 'pc-student',
  at = NOW - 86_400_000,
): Promise<string> {
  const { text } = await ledger.credentials.createToken({ unit, class: deviceClass, expiresAt: at + 1000, maxUses: 1, at });
  const serial = `TEST-${process.pid}-${++machines}`;
  const outcome = await ledger.credentials.enrol({ token: text, name, at, fingerprint: { board: serial, macs: [], disks: [serial] } });
  if (outcome.outcome === 'refused') throw new Error(outcome.reason);
  return outcome.device;
}

/** Writes a state and minutes the way intake does. */
export async function say(ledger: Ledger, device: string, state: Partial<DeviceState>, use: readonly DayUse[] = []): Promise<void> {
  await ledger.intake.batch(async (tx) => {
    const held = (await tx.states([device])).get(device);
    await tx.saveStates([{ ...unheard(device), ...held, ...state, device }]);
    await tx.orUse(use);
  });
}
