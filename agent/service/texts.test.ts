import { expect, test } from 'vitest';
import type { Seen } from './once.ts';
import { seenText } from './seen-text.ts';
import { statusText } from './status.ts';

const seen: Seen = {
  metrics: { cpu: 12.34, memory_total: 8 * 1024 ** 3 },
  security: {
    antivirus: [{ name: 'ClamAV', version: '1.0.9', state: 'off', realtime: 'unknown', definitions: { at: Date.UTC(2026, 10, 1) } }],
    firewall: 'unknown',
  },
  inventory: {
    system: { maker: 'Dell Inc.', virtual: false },
    memory: { total: 8 * 1024 ** 3, dimms: [{ size: 8 * 1024 ** 3, type: 'DDR4', mhz: 2666 }] },
    disks: [{ kind: 'ssd', size: 256 * 1024 ** 3 }],
    cpu: { model: 'AMD EPYC', cores: 2, threads: 4 },
    nics: [{ mac: '02:fc:00:00:00:01', kind: 'wired', physical: true }],
    displays: [],
    os: { name: 'Debian GNU Linux', licence: 'free' },
  },
  probes: [],
} as const;

test('what a person reads has no braces and no codes, and unknown in the language of the rest', () => {
  const vi = seenText(seen, 'vi');
  expect(vi).not.toMatch(/[{}"]|\[object|undefined|\bunknown\b|endOfSupport|realtime/);
  expect(vi).toMatch(/ClamAV 1\.0\.9 +tắt, bảo vệ tức thời: không rõ, dữ liệu nhận dạng ngày 2026-11-01/);
  expect(vi).toMatch(/tường lửa +không rõ/);
  expect(vi).toMatch(/bản cập nhật đang chờ +không rõ/);
  expect(vi).toMatch(/bộ nhớ +8 GiB, 8 GiB, DDR4, 2666 MHz/);
  expect(vi).toMatch(/màn hình +không có/);
  expect(vi).toMatch(/mạng +02:fc:00:00:00:01, có dây/);
  expect(vi).toMatch(/bộ xử lý +AMD EPYC, 2 nhân, 4 luồng/);
  expect(vi).toMatch(/hệ điều hành +Debian GNU Linux, phần mềm tự do/);
  const en = seenText(seen, 'en');
  expect(en).toMatch(/firewall +unknown/);
  expect(en).not.toMatch(/[{}"]|\[object|undefined|[ăđơư]/);
});

test('an empty list of antivirus products is not the same as one that could not be read', () => {
  const { antivirus: _, ...blind } = seen.security;
  expect(seenText({ ...seen, security: { ...blind, antivirus: [] } }, 'vi')).toMatch(/diệt virus +không thấy phần mềm nào/);
  expect(seenText({ ...seen, security: blind }, 'vi')).toMatch(/diệt virus +không rõ/);
});

test('the status is wholly in the language asked for', () => {
  const status = {
    at: 0,
    pid: 1,
    version: '0.1.0',
    running: true,
    link: 'waiting',
    waiting: 3,
    dropped: 0,
    diskFull: true,
    probes: [],
    counts: {},
  } as const;
  expect(statusText(status, true, 'abc', 'vi').split('\n')).toEqual([
    'labwatch agent: đang chạy',
    'thiết bị: abc',
    'phiên bản: 0.1.0',
    'broker: chờ nối lại',
    'hàng đợi: 3 bản tin chờ gửi, 0 đã bỏ, Ổ ĐĨA ĐẦY',
  ]);
  expect(statusText(undefined, false, undefined, 'en')).toBe('labwatch agent: never ran with this folder\ndevice: not enrolled');
});
