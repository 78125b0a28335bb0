import { expect, test } from 'vitest';
import type { DeviceSettings } from '../../protocol/device-settings.ts';
import { silentLog } from '../../runtime/log.ts';
import { RemoteConfig } from './config.ts';

const base = { v: 1, stream: 'a'.repeat(26), seq: 1, at: 1 } as const;

function make(note?: string) {
  const notes = new Map<string, string>(note === undefined ? [] : [['config', note]]);
  const applied: DeviceSettings[] = [];
  const told: unknown[] = [];
  const config = new RemoteConfig({
    notes: { note: (key) => notes.get(key), setNote: (key, value) => void notes.set(key, value) },
    log: silentLog,
    apply: (settings) => void applied.push(settings),
    tell: (code, facts) => void told.push({ code, ...facts }),
  });
  return { config, notes, applied, told };
}

test('a newer one is applied, kept and confirmed; an older or equal one changes nothing', () => {
  const { config, notes, applied, told } = make();
  config.take({ ...base, version: 5, reportMinutes: 2, allow: ['restart'] });
  config.take({ ...base, version: 5, reportMinutes: 3 });
  config.take({ ...base, version: 4 });
  expect(config.version).toBe(5);
  expect(applied).toEqual([{ reportMinutes: 2, allow: ['restart'] }]);
  expect(told).toEqual([{ code: 'config_applied', config: 5 }]);
  const later = make(notes.get('config'));
  later.config.restore();
  expect([later.config.version, later.applied, later.told]).toEqual([5, applied, []]);
});

test('what a later one leaves out is in force no more', () => {
  const { config, applied } = make();
  config.take({ ...base, version: 1, reportMinutes: 2, replayRate: 5 });
  config.take({ ...base, version: 2, replayRate: 5 });
  expect(applied.at(-1)).toEqual({ replayRate: 5 });
});

test('settings that were left out are told one by one, before what is in force', () => {
  const { config, told } = make();
  config.take({ ...base, version: 7, replayRate: 5 }, ['allow', 'quietHours']);
  expect(told).toEqual([
    { code: 'config_refused', config: 7, setting: 'allow' },
    { code: 'config_refused', config: 7, setting: 'quietHours' },
    { code: 'config_applied', config: 7 },
  ]);
});

test.each([
  ['12 3', 12, { reportMinutes: 3 }],
  ['{"version":9,"settings":{"reportMinutes":99,"replayRate":5}}', 9, { replayRate: 5 }],
  ['{"version":9}', 9, {}],
])('an earlier note %s is taken as far as it is good', (note, version, settings) => {
  const { config, applied } = make(note);
  config.restore();
  expect(config.version).toBe(version);
  expect(applied).toEqual([settings]);
});

test.each([undefined, '', 'x', '{', '{"version":-1}', '{"version":"9"}', 'null', '[]'])('a note %s counts as none', (note) => {
  const { config, applied } = make(note);
  config.restore();
  expect([config.version, applied]).toEqual([0, []]);
});
