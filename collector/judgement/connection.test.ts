import { describe, expect, it } from 'vitest';
import type { DeviceState } from '../../ledger/index.ts';
import { connectionOf, useOf, type Connection, type UseView } from './connection.ts';

const NOW = Date.UTC(2026, 10, 21, 1, 15);
const MINUTE = 60_000;
const state = (over: Partial<DeviceState>) => over as DeviceState;

describe('connectionOf', () => {
  it.each<[string, Partial<DeviceState>, Connection]>([
    ['never heard', { lastSeen: null, online: null }, 'never'],
    ['heard now', { lastSeen: NOW, online: true }, 'online'],
    ['heard, presence unknown', { lastSeen: NOW - MINUTE, online: null }, 'online'],
    ['heard 10 minutes ago', { lastSeen: NOW - 10 * MINUTE, online: true }, 'online'],
    ['heard longer ago', { lastSeen: NOW - 10 * MINUTE - 1, online: true }, 'silent'],
    ['presence unknown, longer ago', { lastSeen: NOW - 11 * MINUTE, online: null }, 'silent'],
    ['shut down yesterday', { lastSeen: NOW - 1440 * MINUTE, online: false, presenceReason: 'shutdown' }, 'offline'],
    ['stopped yesterday', { lastSeen: NOW - 1440 * MINUTE, online: false, presenceReason: 'stopped' }, 'offline'],
    ['lost just now', { lastSeen: NOW - MINUTE, online: false, presenceReason: 'lost' }, 'offline'],
    ['lost longer ago', { lastSeen: NOW - 11 * MINUTE, online: false, presenceReason: 'lost' }, 'silent'],
    ['came back after a shutdown', { lastSeen: NOW, online: true, presenceReason: 'connected' }, 'online'],
    ['heard ahead of our clock', { lastSeen: NOW + MINUTE, online: true }, 'online'],
  ])('%s', (_what, over, expected) => {
    expect(connectionOf({ revokedAt: null }, state(over), NOW)).toBe(expected);
    expect(connectionOf({ revokedAt: 1 }, state(over), NOW)).toBe('revoked');
  });
});

describe('useOf', () => {
  it.each<[Connection, Partial<DeviceState>, UseView]>([
    ['online', { use: 'active', reportAt: NOW }, 'active'],
    ['online', { use: 'idle', reportAt: NOW - 9 * MINUTE }, 'idle'],
    ['online', { use: 'blind', reportAt: NOW }, 'blind'],
    ['online', { use: 'active', reportAt: NOW - 11 * MINUTE }, 'unknown'],
    ['online', { use: 'active', reportAt: null }, 'unknown'],
    ['online', { use: null, reportAt: NOW }, 'unknown'],
    ['offline', { use: 'active', reportAt: NOW, presenceReason: 'shutdown' }, 'off'],
    ['offline', { use: 'active', reportAt: NOW, presenceReason: 'stopped' }, 'unknown'],
    ['offline', { use: 'active', reportAt: NOW, presenceReason: 'lost' }, 'unknown'],
    ['silent', { use: 'active', reportAt: NOW - 11 * MINUTE }, 'unknown'],
    ['never', { use: null, reportAt: null }, 'unknown'],
    ['revoked', { use: 'active', reportAt: NOW }, 'unknown'],
  ])('%s with %j is %s', (connection, over, expected) => expect(useOf(connection, state(over), NOW)).toBe(expected));
});
