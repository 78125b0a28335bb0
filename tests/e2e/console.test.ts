import { readFileSync } from 'node:fs';
import { totalmem } from 'node:os';
import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Api, WELCOME } from '../tools/api.ts';
import { openBrowser, picture } from '../tools/browser.ts';
import { ANY_PORTS, labwatch, type Program, tempFolder, until } from '../tools/programs.ts';

const PASSWORD = 'mot-mat-khau-dai-va-de-nho';
const TABLET = { width: 1366, height: 768 };
/** The narrowest page that WCAG 1.4.10 asks for. */
const NARROW = { width: 320, height: 640 };
const PHONE = { width: 390, height: 844 };

const home = tempFolder('e2e');
const errors: string[] = [];
let up: Program;
let url = '';
let firstPassword = '';
let browser: Browser;
let context: BrowserContext;
let page: Page;

beforeAll(async () => {
  up = labwatch(['up'], { ...ANY_PORTS, LABWATCH_HOME: home.path, LABWATCH_SAMPLE_SECONDS: '5', LABWATCH_REPORT_MINUTES: '1' });
  [, url = '', firstPassword = ''] = await up.says(WELCOME);
  browser = await openBrowser();
  context = await browser.newContext({ viewport: TABLET, locale: 'vi-VN', timezoneId: 'Asia/Ho_Chi_Minh' });
  page = await context.newPage();
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' && !/401/.test(message.text())) errors.push(message.text());
  });
});
afterAll(async () => {
  await browser?.close();
  await up?.stop();
  home.remove();
});

const at = (id: string) => page.getByTestId(id);
const numberIn = async (id: string): Promise<number> => Number(/[\d.,]+/.exec(await at(id).first().innerText())?.[0].replace(',', '.'));

async function accessible(name: string): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa']).analyze();
  expect(violations.map((violation) => `${name}: ${violation.id} ${violation.nodes[0]?.html}`)).toEqual([]);
}

test('the first page is a login in Vietnamese; a wrong password is refused in words', async () => {
  await page.goto(url);
  await at('login-form').waitFor();
  expect(await page.locator('html').getAttribute('lang')).toBe('vi');
  // Typing may begin at once, here and on the page that follows.
  await until('the cursor in the first field', async () => (await page.evaluate('document.activeElement?.id')) === 'field-name');
  await picture(page, 'login-1366');
  await accessible('login');
  await at('field-name').fill('admin');
  await at('field-password').fill('not the password');
  await at('login-submit').click();
  await at('form-error').waitFor();
});

test('the one-time password opens the door once and must be changed', async () => {
  await at('field-password').fill(firstPassword);
  await at('login-submit').click();
  await at('password-form').waitFor();
  await until('the cursor in the first field', async () => (await page.evaluate('document.activeElement?.id')) === 'field-current');
  await picture(page, 'password-1366');
  for (const field of await page.getByTestId('password-form').locator('input[type=password]').all()) {
    const name = (await field.getAttribute('autocomplete')) ?? '';
    await field.fill(name === 'current-password' ? firstPassword : PASSWORD);
  }
  await at('password-submit').click();
  await at('devices').waitFor();
  const api = new Api(url);
  await expect(api.login(firstPassword)).rejects.toThrow(/401/);
});

test('the list shows this machine with the numbers of this machine', async () => {
  await until('the CPU of this machine', async () => Number.isFinite(await numberIn('cpu')));
  expect(await at('device-row').count()).toBe(1);
  await picture(page, 'devices-1366');
  await accessible('devices');
  const api = new Api(url);
  await api.login(PASSWORD);
  const { items } = await api.get<{ items: { id: string }[] }>('/api/v1/devices');
  type Detail = { metrics: { memory_total: number }; inventory: { data: { cpu: { model: string } } } | null };
  // The inventory is read beside the first report and may come after it.
  const { metrics, inventory } = await until('the inventory', async () => {
    const detail = await api.get<Detail>(`/api/v1/devices/${items[0]!.id}`);
    return detail.inventory !== null && { metrics: detail.metrics, inventory: detail.inventory };
  });
  // Reports carry four digits of an amount.
  expect(Math.abs(metrics.memory_total / totalmem() - 1)).toBeLessThan(0.001);
  const maker = inventory.data.cpu.model.split(/\s+/)[0]!;
  expect(readFileSync('/proc/cpuinfo', 'utf8')).toContain(maker);
});

test('the CPU value changes by itself, without a reload', async () => {
  await at('live').and(page.locator('[data-phase=live]')).waitFor();
  const before = await at('cpu').first().innerText();
  await page.evaluate(() => Object.assign(globalThis, { stillHere: true }));
  // Something to see: one core at work.
  const busy = labwatch(['agent', 'once'], {});
  await until('another CPU value', async () => (await at('cpu').first().innerText()) !== before, 200_000);
  expect(await page.evaluate(() => 'stillHere' in globalThis)).toBe(true);
  await busy.stop('SIGKILL');
});

test('the device page shows charts, the day strip, the hardware and the antivirus', async () => {
  await at('device-row').first().getByRole('link').first().click();
  await at('device').waitFor();
  for (const field of ['cpu', 'memory', 'disk']) {
    await until(`points in the chart of ${field}`, async () => Number(await at(`chart-${field}`).getAttribute('data-points')) > 0);
  }
  // This machine's day has at least one minute that was on, so more than one run.
  await until('runs in the day strip', async () => Number(await at('day-strip').getAttribute('data-runs')) > 1);
  const text = await page.locator('main').innerText();
  expect(text).toMatch(/diệt virus/i);
  expect(text).not.toMatch(/undefined|NaN|null|\[object/);
  await picture(page, 'device-1366');
  await accessible('device');
});

test('an administrator asks this machine for a self-test and reads its answer', async () => {
  await at('command-self_test').click();
  await at('command').and(page.locator('[data-state=done]')).first().waitFor({ timeout: 90_000 });
  expect(await at('command').first().innerText()).toMatch(/Tự kiểm tra[\s\S]*đã xong/);
  await picture(page, 'device-commands-1366');
  await accessible('device with a command');
});

test('the page is usable on a phone, in English and in the dark', async () => {
  await page.setViewportSize(PHONE);
  await picture(page, 'device-390');
  expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
  await page.goto(url);
  await at('device-row').first().waitFor();
  await picture(page, 'devices-390');
  expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
  await page.setViewportSize(NARROW);
  expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
  await at('language-en').click();
  await until('English', async () => (await page.locator('html').getAttribute('lang')) === 'en');
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.setViewportSize(TABLET);
  await picture(page, 'devices-dark-en-1366');
  await accessible('devices in the dark');
});

test('nothing on the way was an error in the browser', () => {
  expect(errors).toEqual([]);
});

test('a second start goes on with the same machine and the same data', async () => {
  expect(await up.stop('SIGINT')).toBe(0);
  up = labwatch(['up'], { ...ANY_PORTS, LABWATCH_HOME: home.path });
  const [line, again = '', password] = await up.says(WELCOME);
  expect(line).not.toContain(PASSWORD);
  expect(password).toBeUndefined();
  const api = new Api(again);
  await api.login(PASSWORD);
  const { items } = await api.get<{ items: { id: string; state: string }[] }>('/api/v1/devices');
  expect(items).toHaveLength(1);
  const { points } = await api.get<{ points: unknown[] }>(`/api/v1/devices/${items[0]!.id}/series?field=cpu`);
  expect(points.length).toBeGreaterThan(0);
  await until(
    'the machine to be online again',
    async () => (await api.get<{ items: { state: string }[] }>('/api/v1/devices')).items[0]!.state === 'online',
  );
});
