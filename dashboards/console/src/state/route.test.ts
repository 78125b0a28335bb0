import { describe, expect, test } from 'vitest';
import { deviceHref, hrefOf, parseRoute } from './route.ts';

const ID = 'abcdefghijklmnopqrstuvwx12';

describe('parseRoute', () => {
  test.each(['', '/', '/devices', '/devices?'])('%j is the list', (address) => {
    expect(parseRoute(address)).toEqual({ page: 'devices', query: {} });
  });
  test('a device with its query', () => {
    expect(parseRoute(`/devices/${ID}?range=7d&day=2026-11-21`)).toEqual({
      page: 'device',
      id: ID,
      query: { range: '7d', day: '2026-11-21' },
    });
  });
  test.each(['/devices/short', `/devices/${ID.toUpperCase()}`, '/nowhere', '/devices/../x'])('%s is missing', (address) => {
    expect(parseRoute(address).page).toBe('missing');
  });
  test('a broken escape does not throw', () => {
    expect(parseRoute('/devices?q=%E0%A4%A').page).toBe('devices');
  });
});

describe('hrefOf', () => {
  test('goes round trip with Vietnamese text', () => {
    const query = { q: 'phòng máy & 07', unit: 'u1' };
    expect(parseRoute(hrefOf('/devices', query)).query).toEqual(query);
  });
  test('leaves empty values out and keeps one order', () => {
    expect(hrefOf('/devices', { unit: 'b', q: '', state: 'online' })).toBe(hrefOf('/devices', { state: 'online', unit: 'b' }));
    expect(hrefOf('/devices', { q: '' })).toBe('/devices');
  });
  test('a device', () => {
    expect(parseRoute(deviceHref(ID))).toEqual({ page: 'device', id: ID, query: {} });
  });
});
