import { expect, test } from 'vitest';
import { decodeConfig } from './config.ts';
import { DEVICE_SETTINGS, inHours, SETTING_KEYS, settingFromText, settingText, siftSettings } from './device-settings.ts';
import { validExamples } from '../tests/tools/examples.ts';

const good = { v: 1, stream: 'a'.repeat(26), seq: 1, at: 5, version: 7 };
const read = (value: unknown) => decodeConfig(new TextEncoder().encode(JSON.stringify(value)));

test('a good configuration is taken as it is', () => {
  for (const { bytes, message } of validExamples('config')) expect(decodeConfig(bytes)).toEqual({ ok: true, message, bad: [] });
});

test('a bad setting costs itself alone and is named', () => {
  expect(read({ ...good, reportMinutes: 99, replayRate: 5, allow: ['restart', 'format_disk'], quietHours: null })).toEqual({
    ok: true,
    message: { ...good, replayRate: 5 },
    bad: ['reportMinutes', 'quietHours', 'allow'],
  });
});

test.each([{ ...good, version: 0 }, { ...good, v: 2 }, [], 'x', { ...good, version: 0, reportMinutes: 99 }])(
  '%j is refused as a whole',
  (value) => {
    expect(read(value).ok).toBe(false);
  },
);

test('bytes that are no JSON at all', () =>
  expect(decodeConfig(new Uint8Array([0xff, 0xfe]))).toMatchObject({ ok: false, code: 'NOT_UTF8' }));

test.each([
  ['reportMinutes', '3', 3],
  ['reportMinutes', '6', undefined],
  ['reportMinutes', '3.5', undefined],
  ['reportMinutes', '', undefined],
  ['sampleSeconds', '10', 10],
  ['sampleSeconds', '11', undefined],
  ['quietHours', '07:00-11:30, 13:00-16:30', ['07:00-11:30', '13:00-16:30']],
  ['quietHours', '', []],
  ['quietHours', '7-11', undefined],
  ['allow', 'restart', ['restart']],
  ['allow', 'shut_down,restart', ['shut_down', 'restart']],
  ['allow', 'rm -rf', undefined],
] as const)('%s as a person writes it: "%s"', (key, text, value) => {
  const taken = settingFromText(key, text);
  expect(taken).toEqual(value);
  // And back again.
  expect(taken === undefined ? undefined : settingFromText(key, settingText(taken))).toEqual(value);
});

test('every setting says in both languages what it is and what it takes', () => {
  for (const key of SETTING_KEYS) {
    const { help, allowed } = DEVICE_SETTINGS[key];
    for (const text of [help.en, help.vi, allowed.en, allowed.vi]) expect(text.length).toBeGreaterThan(5);
  }
});

test('what is no setting is ignored, the order is that of the table', () => {
  expect(JSON.stringify(siftSettings({ allow: [], shell: '/bin/sh', reportMinutes: 1 }))).toBe(
    '{"settings":{"reportMinutes":1,"allow":[]},"bad":[]}',
  );
});

test.each([
  [['07:00-11:30'], '06:59', false],
  [['07:00-11:30'], '07:00', true],
  [['07:00-11:30'], '11:30', false],
  [['07:00-11:30', '13:00-16:30'], '13:01', true],
  [['22:00-05:00'], '23:00', true],
  [['22:00-05:00'], '04:59', true],
  [['22:00-05:00'], '12:00', false],
  [['08:00-08:00'], '08:00', false],
  [[], '08:00', false],
  [undefined, '08:00', false],
] as const)('%j at %s is quiet: %s', (ranges, time, quiet) => {
  expect(inHours(ranges, Number(time.slice(0, 2)) * 60 + Number(time.slice(3)))).toBe(quiet);
});
