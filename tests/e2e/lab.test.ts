import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { DeviceClass } from '../../ledger/index.ts';
import type { Birth, Inventory, Report, Security } from '../../protocol/payloads/index.ts';
import { PlayedDevice } from '../test-kit/played-device.ts';
import { Api, WELCOME } from '../tools/api.ts';
import { openBrowser, picture } from '../tools/browser.ts';
import { ANY_PORTS, freePort, labwatch, type Program, tempFolder, until } from '../tools/programs.ts';

/** A school's lab, each machine with something of its own; what the page must say stands beside it. */
interface Machine {
  readonly name: string;
  readonly class: DeviceClass;
  readonly room: 'P1' | 'P2';
  /** The last minutes: a active, i idle, b blind. */
  readonly use: 'a' | 'i' | 'b';
  readonly cpu: number;
  readonly memory: number;
  readonly disk: number;
  readonly temperature?: number;
  readonly antivirus?: Security['antivirus'];
  readonly end?: Birth['end'];
  readonly leaves?: 'shutdown';
  /** Codes of the troubles, as a set. */
  readonly troubles: readonly string[];
}

const DAY_MS = 86_400_000;
const defender = (days: number, state: 'on' | 'off' | 'expired' = 'on'): Security['antivirus'] => [
  {
    name: 'Microsoft Defender',
    version: '4.18.26090',
    state,
    realtime: state === 'on' ? 'on' : 'off',
    definitions: { at: Date.now() - days * DAY_MS },
  },
];

const MACHINES: readonly Machine[] = [
  {
    name: 'Máy giáo viên',
    class: 'pc-teacher',
    room: 'P1',
    use: 'a',
    cpu: 34,
    memory: 61,
    disk: 48,
    temperature: 52,
    antivirus: defender(1),
    troubles: [],
  },
  {
    name: 'Máy 01',
    class: 'pc-student',
    room: 'P1',
    use: 'a',
    cpu: 12,
    memory: 44,
    disk: 71,
    temperature: 47,
    antivirus: defender(0),
    troubles: [],
  },
  {
    name: 'Máy 02',
    class: 'pc-student',
    room: 'P1',
    use: 'i',
    cpu: 3,
    memory: 38,
    disk: 93,
    temperature: 44,
    antivirus: defender(23),
    troubles: ['disk-nearly-full', 'antivirus-stale'],
  },
  { name: 'Máy 03', class: 'pc-student', room: 'P1', use: 'a', cpu: 41, memory: 52, disk: 64, antivirus: defender(2), troubles: [] },
  {
    name: 'Máy 04',
    class: 'pc-student',
    room: 'P1',
    use: 'i',
    cpu: 2,
    memory: 35,
    disk: 55,
    temperature: 38,
    antivirus: [],
    troubles: ['antivirus-none'],
  },
  {
    name: 'Máy 05',
    class: 'pc-student',
    room: 'P1',
    use: 'a',
    cpu: 78,
    memory: 83,
    disk: 40,
    temperature: 93,
    antivirus: defender(1),
    troubles: ['hot'],
  },
  {
    name: 'Máy 06',
    class: 'pc-student',
    room: 'P2',
    use: 'i',
    cpu: 1,
    memory: 31,
    disk: 52,
    temperature: 36,
    antivirus: defender(3, 'off'),
    troubles: ['antivirus-off'],
  },
  { name: 'Máy 07', class: 'pc-student', room: 'P2', use: 'b', cpu: 8, memory: 42, disk: 58, antivirus: defender(1), troubles: [] },
  {
    name: 'Máy 08',
    class: 'pc-student',
    room: 'P2',
    use: 'i',
    cpu: 5,
    memory: 39,
    disk: 61,
    temperature: 41,
    antivirus: defender(2),
    leaves: 'shutdown',
    troubles: [],
  },
  {
    name: 'Máy 09',
    class: 'pc-student',
    room: 'P2',
    use: 'a',
    cpu: 22,
    memory: 47,
    disk: 98,
    temperature: 49,
    antivirus: defender(1),
    troubles: ['disk-full'],
  },
  { name: 'Máy 10', class: 'pc-student', room: 'P2', use: 'i', cpu: 4, memory: 36, disk: 57, temperature: 40, troubles: [] },
  { name: 'Bảng tương tác', class: 'board', room: 'P2', use: 'a', cpu: 15, memory: 45, disk: 30, troubles: [] },
];

const CSV = `code,kind,name,parent,zone
86,province,Tỉnh Vĩnh Long,,Asia/Ho_Chi_Minh
TR1,school,Trường THCS Lê Quý Đôn,86,
P1,room,Phòng Tin học 1,TR1,
P2,room,Phòng Tin học 2,TR1,
`;

const home = tempFolder('lab');
const played: PlayedDevice[] = [];
const ids = new Map<string, string>();
let up: Program;
let url = '';
let api: Api;
let browser: Browser;
let page: Page;

async function command(args: readonly string[]): Promise<string> {
  const program = labwatch(args, { LABWATCH_HOME: home.path });
  const code = await program.ended();
  if (code !== 0) throw new Error(`labwatch ${args.join(' ')}: ${program.stderr}`);
  return program.stdout;
}

function report(machine: Machine, first: number): Omit<Report, 'v' | 'stream' | 'seq' | 'at' | 'boot' | 'mono'> {
  const bit = (yes: boolean): string => (yes ? '1' : '0').repeat(5);
  const range = (mean: number) => ({ min: Math.max(0, mean - 3), mean, max: Math.min(100, mean + 9) });
  return {
    minute: first,
    span: 5,
    on: bit(true),
    active: bit(machine.use === 'a'),
    blind: bit(machine.use === 'b'),
    session: machine.use === 'b' ? 'unknown' : 'open',
    metrics: {
      cpu: range(machine.cpu),
      memory: range(machine.memory),
      disk: machine.disk,
      ...(machine.temperature === undefined ? {} : { temperature: range(machine.temperature) }),
    },
  };
}

const inventory: Omit<Inventory, 'v' | 'stream' | 'seq' | 'at' | 'boot' | 'mono'> = {
  system: { maker: 'Dell Inc.', model: 'OptiPlex 3020' },
  cpu: { model: 'Intel Core i3-4150', cores: 2, threads: 4, mhz: 3500 },
  memory: {
    total: 8_589_934_592,
    dimms: [
      { size: 4_294_967_296, type: 'DDR3', mhz: 1600 },
      { size: 4_294_967_296, type: 'DDR3', mhz: 1600 },
    ],
  },
  disks: [{ kind: 'ssd', size: 256_060_514_304, model: 'Samsung SSD 870' }],
  nics: [],
  os: { name: 'Windows 11 Education', version: '10.0.26100', licence: 'licensed' },
};

async function play(machine: Machine, index: number, broker: string): Promise<void> {
  const text = await command(['token', 'create', '--unit', machine.room, '--class', machine.class, '--uses', '1', '--json']);
  const { token } = JSON.parse(text) as { token: string };
  const mac = `00:1a:a0:00:00:${index.toString(16).padStart(2, '0')}`;
  const answer = await api.call('/api/v1/enrolments', {
    method: 'POST',
    body: { token, name: machine.name, fingerprint: { macs: [mac], disks: [`S${index}`] } },
  });
  expect(answer.status).toBe(201);
  const { device, secret } = (await answer.json()) as { device: string; secret: string };
  ids.set(machine.name, device);
  const it = await PlayedDevice.connect({ url: broker, device, secret });
  played.push(it);
  await it.say('birth', {
    agent: '0.1.0',
    os: { family: 'windows', name: 'Windows 11 Education', version: '10.0.26100', arch: 'x64' },
    bootAt: Date.now() - 3_600_000,
    end: machine.end ?? 'clean',
    zone: 'Asia/Ho_Chi_Minh',
    dropped: 0,
    oldest: 1,
    config: 0,
  });
  await it.say('inventory', inventory);
  await it.say('security', { firewall: 'on', ...(machine.antivirus === undefined ? {} : { antivirus: machine.antivirus }) });
  const now = Math.floor(Date.now() / 300_000) * 5;
  for (let window = 11; window >= 0; window--) await it.say('report', report(machine, now - (window + 1) * 5));
  if (machine.leaves !== undefined) await it.leave(machine.leaves);
}

beforeAll(async () => {
  const mqtt = await freePort();
  up = labwatch(['up', '--no-agent'], { ...ANY_PORTS, LABWATCH_HOME: home.path, LABWATCH_MQTT_PORT: String(mqtt) });
  const [, address = '', password = ''] = await up.says(WELCOME);
  url = address;
  api = new Api(url);
  await api.login(password, 'mot-mat-khau-dai-va-de-nho');
  const csv = join(home.path, 'units.csv');
  writeFileSync(csv, CSV);
  await command(['unit', 'import', csv]);
  for (const [index, machine] of MACHINES.entries()) await play(machine, index, `mqtt://127.0.0.1:${mqtt}`);
  browser = await openBrowser();
  page = await browser.newPage({ viewport: { width: 1366, height: 768 }, locale: 'vi-VN', timezoneId: 'Asia/Ho_Chi_Minh' });
  await page.goto(url);
  await page.getByTestId('field-name').fill('admin');
  await page.getByTestId('field-password').fill('mot-mat-khau-dai-va-de-nho');
  await page.getByTestId('login-submit').click();
  await page.getByTestId('devices').waitFor();
});
afterAll(async () => {
  await browser?.close();
  for (const each of played) await each.end();
  await up?.stop();
  home.remove();
});

interface Summary {
  readonly id: string;
  readonly name: string;
  readonly state: string;
  readonly use: { readonly state: string };
  readonly latest: { readonly cpu: number; readonly temperature: number | null };
  readonly antivirus: { readonly verdict: string };
  readonly troubles: readonly { readonly code: string }[];
}

test.each(MACHINES.map((machine) => [machine.name, machine] as const))(
  '%s is shown as it is, with what is wrong and nothing else',
  async (name, machine) => {
    const { items } = await api.get<{ items: Summary[] }>('/api/v1/devices?limit=100');
    const it = items.find((item) => item.name === name)!;
    expect(it.troubles.map((trouble) => trouble.code).toSorted()).toEqual(machine.troubles.toSorted());
    expect(it.latest).toMatchObject({ cpu: machine.cpu, temperature: machine.temperature ?? null });
    expect(it.state).toBe(machine.leaves === undefined ? 'online' : 'offline');
    expect(it.use.state).toBe(machine.leaves === undefined ? { a: 'active', i: 'idle', b: 'blind' }[machine.use] : 'off');
    // Not told is not "none".
    expect(it.antivirus.verdict === 'unknown').toBe(machine.antivirus === undefined);
    const row = page.locator(`[data-testid=device-row][data-device="${it.id}"]`);
    const text = await row.innerText();
    expect(text).toContain(name);
    expect(text).toContain(`${machine.cpu}%`);
  },
);

test('the last hour of each device is what it said, minute by minute', async () => {
  for (const machine of MACHINES) {
    const from = Math.floor(Date.now() / 300_000) * 5 - 60;
    const days = new Map<string, string>();
    let seen = '';
    for (let minute = from; minute < from + 60 - 5; minute++) {
      const local = new Date((minute + 420) * 60_000).toISOString();
      const day = local.slice(0, 10);
      if (!days.has(day)) days.set(day, (await api.get<{ states: string }>(`/api/v1/devices/${ids.get(machine.name)}/days/${day}`)).states);
      seen += days.get(day)![Number(local.slice(11, 13)) * 60 + Number(local.slice(14, 16))];
    }
    // The clock may have passed a mark since the reports were made: the last windows are left out above, none may be wrong.
    expect(seen.slice(5)).toMatch(new RegExp(`^${machine.use}+$`));
  }
});

test('a machine that changes is shown at once, without a reload', async () => {
  const cell = page.locator(`[data-testid=device-row][data-device="${ids.get('Máy 01')}"]`).getByTestId('cpu');
  const now = Math.floor(Date.now() / 60_000);
  await played[1]!.say('report', { ...report({ ...MACHINES[1]!, cpu: 97 }, now - 4), minute: now - 4 });
  await until('97 %', async () => (await cell.innerText()).includes('97%'));
  await played[1]!.say('report', report(MACHINES[1]!, now - 3));
  expect(await until('12 %', async () => /12%/.exec(await cell.innerText())?.[0])).toBe('12%');
});

test('pictures for the README and for whoever wants to look', async () => {
  await page.waitForLoadState('networkidle', { timeout: 5_000 }).catch(() => undefined);
  await picture(page, 'lab-1366');
  await page.setViewportSize({ width: 390, height: 844 });
  await picture(page, 'lab-390');
  await page.setViewportSize({ width: 1366, height: 768 });
  await page
    .locator(`[data-testid=device-row][data-device="${ids.get('Máy 02')}"]`)
    .getByRole('link')
    .first()
    .click();
  await page.getByTestId('day-strip').waitFor();
  await until('the chart', async () => Number(await page.getByTestId('chart-cpu').getAttribute('data-points')) > 0);
  await picture(page, 'lab-device-1366');
  expect(readFileSync(join(import.meta.dirname, '../out/pictures/lab-1366.png')).length).toBeGreaterThan(20_000);
});
