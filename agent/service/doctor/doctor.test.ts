import { generateKeyPairSync } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { silentLog } from '../../../runtime/log.ts';
import { Outbox } from '../../core/outbox/outbox.ts';
import { type AgentStatus, problemOf, writeStatus } from '../../core/status-file.ts';
import { agentFail } from '../../errors.ts';
import { systemClock } from '../../platform/clock.ts';
import { PlayedMachine } from '../../test-kit/machine.ts';
import { gather } from './context.ts';
import { doctorText } from './doctor.ts';
import { type Finding, guarded, worst } from './finding.ts';
import { judgeClock } from './network-check.ts';
import { judgeAntivirus, judgeProbe } from './probe-check.ts';
import { checkService, judgeUnit, showValues } from './service-check.ts';
import { checkCa, checkEnrolment, checkSettings } from './settings-check.ts';
import { checkDisk, checkOutbox } from './storage-check.ts';
import { placesOf } from '../../update/places.ts';
import { checkUpdates } from './update-check.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'labwatch-doctor-'));
});
afterEach(() => rmSync(home, { recursive: true }));

const STATUS: AgentStatus = {
  at: Date.now(),
  pid: process.pid,
  version: '0.1.0',
  running: true,
  link: 'connected',
  waiting: 3,
  dropped: 0,
  diskFull: false,
  probes: [],
  counts: {},
};
const DAY = 86_400_000;
const folder = (): string => join(home, 'agent');
const context = (...argv: string[]): ReturnType<typeof gather> => gather(['--home', home, ...argv], {});
const levels = (findings: readonly Finding[]): string[] => findings.map(({ id, level }) => `${id} ${level}`);
const said = (findings: readonly Finding[]): string => doctorText(findings, 'en');
const machine = (free: number): PlayedMachine['platform'] => {
  const { platform } = new PlayedMachine(systemClock);
  return { ...platform, door: { ...platform.door, space: async () => ({ total: 100e9, free, available: free }) } };
};

describe('settings', () => {
  test('each with where it came from, and never a secret', async () => {
    writeFileSync(join(home, 'agent.toml'), '[agent]\nserver = "https://x.example"\ntoken = "token-of-the-school"\n');
    const read = gather(['--config', join(home, 'agent.toml'), '--seat', 'Máy 07'], { LABWATCH_HOME: home });
    const text = said(await checkSettings(read));
    expect(text).toContain('server = https://x.example (from ');
    expect(text).toContain('seat = Máy 07 (from --seat)');
    expect(text).toContain('(from LABWATCH_HOME)');
    expect(text).not.toContain('token-of-the-school');
  });

  test.each(['[agent]\nserver = ', '[agent]\nseverr = "x"', '[agent]\nreport-minutes = 77', '[agnet]', '\0\0\0'])(
    'the broken file %j is one line, and the rest is still looked at',
    async (text) => {
      writeFileSync(join(home, 'agent.toml'), text);
      const read = gather(['--config', join(home, 'agent.toml')], {});
      const findings = await checkSettings(read);
      expect(levels(findings)).toEqual(['config fail']);
      expect(said(findings).split('\n')).toHaveLength(1);
      expect(read.settings.reportMinutes).toBe(5);
    },
  );

  test('a CA that is missing, none, or good', async () => {
    const ca = join(home, 'ca.crt');
    expect(levels(await guarded('ca', () => checkCa(context('--ca', ca))))).toEqual(['ca fail']);
    writeFileSync(ca, 'no certificate');
    expect(levels(await checkCa(context('--ca', ca)))).toEqual(['ca fail']);
    const good = join(import.meta.dirname, '..', 'install', 'cases', 'ca.crt');
    expect(levels(await checkCa(context('--ca', good)))).toEqual(['ca ok']);
    expect(levels(await checkCa(context('--ca', good), Date.UTC(2200, 1)))).toEqual(['ca fail']);
  });
});

describe('enrolment', () => {
  test.each(['AGENT_TOKEN_UNKNOWN', 'AGENT_TOKEN_EXPIRED', 'AGENT_TOKEN_REVOKED', 'AGENT_DEVICE_REVOKED'] as const)(
    '%s of the running service is one line',
    async (code) => {
      mkdirSync(folder());
      writeStatus(join(folder(), 'status.json'), { ...STATUS, running: false, link: 'stopped', problem: problemOf(agentFail(code)) });
      const findings = await checkEnrolment(context());
      expect(levels(findings)).toEqual(['enrolment fail']);
      expect(doctorText(findings, 'vi')).toContain(code);
      expect(doctorText(findings, 'vi')).not.toMatch(/Ask for/);
    },
  );

  test('nothing, a server without a token, both, broken credentials', async () => {
    expect(said(await checkEnrolment(context()))).toContain('--server is missing');
    expect(said(await checkEnrolment(context('--server', 'https://x.example')))).toContain('LABWATCH_TOKEN is missing');
    expect(levels(await checkEnrolment(context('--server', 'https://x.example', '--token-file', 'x')))).toEqual(['enrolment warn']);
    mkdirSync(folder());
    writeFileSync(join(folder(), 'credentials.json'), '{');
    expect(said(await checkEnrolment(context()))).toContain('AGENT_CREDENTIALS_BROKEN');
  });
});

describe('the clock', () => {
  test.each([
    [0, 'ok', '0 s'],
    [-89_000, 'ok', '89 s'],
    [200_000, 'warn', '200 s ahead of'],
    [-200_000, 'warn', '200 s behind'],
    [-3653 * DAY, 'fail', '3653 d behind'],
    [3653 * DAY, 'fail', '3653 d ahead of'],
  ])('off by %i ms is %s', (skew, level, words) => {
    const finding = judgeClock(1_795_000_000_000 + skew, 1_795_000_000_000);
    expect(finding.level).toBe(level);
    expect(finding.what.en).toContain(words);
  });
});

describe('disk and outbox', () => {
  test.each([
    [50e9, 'ok'],
    [100e6, 'warn'],
    [1e6, 'fail'],
  ])('%i bytes free: %s', async (free, level) => {
    expect(levels(await checkDisk(context(), machine(free)))).toEqual([`disk ${level}`]);
  });

  test('a folder that cannot be written', async () => {
    mkdirSync(folder());
    expect(levels(await checkDisk(context(), machine(50e9)))).toEqual(['disk ok', 'folder ok']);
    expect(readdirSync(folder())).toEqual([]);
    if (process.getuid?.() === 0) return; // Root may write everywhere; the line is seen as another user only.
    chmodSync(folder(), 0o500);
    expect(levels(await checkDisk(context(), machine(50e9)))).toEqual(['disk ok', 'folder warn']);
  });

  test('an agent that runs tells of itself', async () => {
    mkdirSync(folder());
    writeStatus(join(folder(), 'status.json'), { ...STATUS, dropped: 7, diskFull: true });
    expect(levels(await checkOutbox(context()))).toEqual(['outbox ok', 'outbox fail', 'outbox warn']);
  });

  test('a file that is sound, damaged, and set aside', async () => {
    mkdirSync(folder());
    const path = join(folder(), 'outbox.db');
    const outbox = new Outbox({ path, bounds: { maxMessages: 10, maxBytes: 1e6 }, log: silentLog });
    await outbox.start();
    await outbox.stop();
    expect(said(await checkOutbox(context()))).toContain('sound, 0 messages wait');
    writeFileSync(path, 'this is no database, however long it is made so that SQLite looks at it twice'.repeat(50));
    expect(levels(await checkOutbox(context()))).toEqual(['outbox warn']);
    await outbox.start();
    await outbox.stop();
    expect(said(await checkOutbox(context()))).toMatch(/sound[^]*set aside: outbox\.db\.corrupt-\d+/);
  });
});

describe('the service', () => {
  const unit = (text: string): string[] => levels(judgeUnit(showValues(text)));
  test.each([
    ['LoadState=not-found\nActiveState=inactive', ['service warn']],
    ['LoadState=loaded\nActiveState=active\nUnitFileState=enabled\nNRestarts=0', ['service ok']],
    ['LoadState=loaded\nActiveState=active\nUnitFileState=disabled\nNRestarts=0', ['service ok', 'service warn']],
    [
      'LoadState=loaded\nActiveState=failed\nUnitFileState=enabled\nResult=signal\nExecMainStatus=9\nNRestarts=12',
      ['service fail', 'service warn'],
    ],
    ['', ['service warn']],
  ])('%j', (text, expected) => expect(unit(text)).toEqual(expected));

  test('an agent that runs, one that died, and none', async () => {
    const { platform } = new PlayedMachine(systemClock);
    const agent = async (): Promise<string | undefined> =>
      levels(await checkService(context(), platform)).find((line) => line.startsWith('agent'));
    expect(await agent()).toBe('agent warn');
    mkdirSync(folder());
    writeStatus(join(folder(), 'status.json'), STATUS);
    expect(await agent()).toBe('agent ok');
    writeStatus(join(folder(), 'status.json'), { ...STATUS, at: Date.now() - 3_600_000 });
    expect(await agent()).toBe('agent warn');
  });
});

describe('probes', () => {
  const health = { name: 'cpu', samples: 1, failures: 0, noData: {}, lastMs: 1, longestMs: 2.4, failing: false };
  test.each([
    [health, { metrics: { cpu: 12 } }, 'ok', 'cpu: CPU load 12 % (2 ms)'],
    [{ ...health, noData: { absent: 2 } }, undefined, 'ok', 'unknown: there is no such hardware'],
    [{ ...health, noData: { 'first-sample': 1, forbidden: 1 } }, undefined, 'warn', 'this user may not read it'],
    [{ ...health, noData: { unreadable: 1 } }, undefined, 'warn', 'makes no sense'],
    [{ ...health, failing: true, lastError: 'no answer within 10 s' }, undefined, 'warn', 'no answer within 10 s'],
    [health, { session: { session: 'locked', idleSeconds: null } }, 'ok', 'locked, idle time unknown'],
  ] as const)('%#', (each, sample, level, text) => {
    const finding = judgeProbe(each, sample);
    expect(finding.level).toBe(level);
    expect(finding.what.en).toContain(text);
  });

  test.each([
    [undefined, ['antivirus warn']],
    [[], ['antivirus warn']],
    [[{ name: 'ClamAV', state: 'on', realtime: 'off' }], ['antivirus warn']],
    [[{ name: 'Defender', state: 'on', realtime: 'on' }], ['antivirus ok']],
    // On, and whether in real time cannot be told: no alarm.
    [[{ name: 'Bkav', state: 'on', realtime: 'unknown' }], ['antivirus ok']],
    [
      [
        { name: 'Defender', state: 'off', realtime: 'off' },
        { name: 'Kaspersky', state: 'on', realtime: 'on' },
      ],
      ['antivirus ok', 'antivirus ok'],
    ],
  ] as const)('antivirus %j', (antivirus, expected) => {
    const findings = judgeAntivirus({ firewall: 'unknown', ...(antivirus === undefined ? {} : { antivirus: [...antivirus] }) });
    expect(levels(findings)).toEqual(expected);
  });
});

test('a check that breaks is a finding, and the worst one decides', async () => {
  const broken = await guarded('x', async () => {
    throw new TypeError('x is undefined\n    at somewhere');
  });
  expect(levels(broken)).toEqual(['x warn']);
  expect(said(broken)).not.toContain('somewhere');
  expect(worst([])).toBe('ok');
  expect(worst(broken)).toBe('warn');
});

describe('updates', () => {
  test('are told with what became of them', async () => {
    const pc = mkdtempSync(join(tmpdir(), 'labwatch-doctor-update-'));
    try {
      const places = placesOf(join(pc, 'labwatch-agent'));
      const given = gather(['--home', pc], {});
      const look = async (): Promise<string[]> => (await checkUpdates(given, places)).map(({ level, what }) => `${level} ${what.en}`);
      expect((await checkUpdates(given)).map(({ what }) => what.en)).toEqual(['runs from its sources; does not update itself']);
      expect(await look()).toEqual([expect.stringMatching(/^ok no release key/)]);
      writeFileSync(places.keys, 'no key');
      expect(await look()).toEqual([expect.stringMatching(/^fail no update can be proved/)]);
      writeFileSync(places.keys, generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' }));
      mkdirSync(join(pc, 'agent', 'update'), { recursive: true });
      const bad = [{ release: '0.2.0', reason: 'crash', times: 1, at: 1 }];
      writeFileSync(join(pc, 'agent', 'update', 'state.json'), JSON.stringify({ askedAt: 0, bad, keys: [] }));
      writeFileSync(places.trial, JSON.stringify({ from: '0.1.0', to: '0.3.0', connected: true }));
      expect(await look()).toEqual([
        'ok updates itself; 1 key(s); the server was last asked -',
        'warn 0.3.0 is on trial; 0.1.0 is kept beside it',
        'warn 0.2.0 came to nothing (crash, 1×)',
      ]);
    } finally {
      rmSync(pc, { recursive: true, force: true });
    }
  });
});

test('what a probe sees is said in words: lists whole, states in the language of the reader', () => {
  const health = { name: 'x', samples: 1, failures: 0, noData: {}, lastMs: 1, longestMs: 1, failing: false };
  const text = (sample: Parameters<typeof judgeProbe>[1]): string => judgeProbe(health, sample).what.vi;
  expect(text({ inventory: { network: { ipv6: false, families: ['ipv4'] } } } as Parameters<typeof judgeProbe>[1])).toMatch(/: ipv4 \(/);
  expect(text({ security: { firewall: 'unknown' } })).toContain('tường lửa: không rõ');
  expect(text({ security: { antivirus: [] } })).toContain('diệt virus: không thấy phần mềm nào');
  expect(text({ security: { antivirus: [{ name: 'ClamAV', state: 'off', realtime: 'off' }] } })).toContain('ClamAV: tắt');
  expect(text({ boot: { boot: '0'.repeat(16), bootAt: 0, lastEnd: 'power' } })).toContain('lần trước mất điện');
});
