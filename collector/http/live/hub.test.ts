import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { silentLog } from '../../../runtime/log.ts';
import type { DeviceSummary } from '../schemas/device.ts';
import { LiveHub, type LiveStream } from './hub.ts';

/** Time is turned by hand here: heartbeats and silence take minutes. */
beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance', 'Date'] }));
afterEach(() => void vi.useRealTimers());

function setUp() {
  const sent: { event: string; data: unknown }[] = [];
  const log = { beats: 0, ended: 0, allowed: true };
  const stream: LiveStream = {
    owner: 'me',
    send: (event, data) => sent.push({ event, data }),
    heartbeat: () => void log.beats++,
    allowed: async () => log.allowed,
    end: () => void log.ended++,
  };
  let publish: (ids: readonly string[]) => void = () => undefined;
  const state = { lastSeen: new Date().toISOString(), value: 'online', fail: false };
  const hub = new LiveHub({
    subscribe: (listener) => {
      publish = listener;
      return () => (publish = () => undefined);
    },
    summaries: async (ids) => {
      if (state.fail) throw new Error('the ledger is busy');
      return ids.map((id) => ({ id, state: state.value, lastSeen: state.lastSeen }) as DeviceSummary);
    },
    clock: { now: () => Date.now() },
    log: silentLog,
    most: 2,
  });
  hub.start();
  return { hub, stream, sent, log, state, publish: (ids: string[]) => publish(ids) };
}

describe('the live hub', () => {
  it('beats every 15 seconds and closes streams whose session ended elsewhere', async () => {
    const { hub, stream, log } = setUp();
    hub.add(stream);
    await vi.advanceTimersByTimeAsync(45_000);
    expect(log.beats).toBe(3);
    log.allowed = false;
    await vi.advanceTimersByTimeAsync(15_000);
    expect([hub.size, log.ended]).toEqual([0, 1]);
    hub.stop();
  });

  it('tells that a device fell silent, although nothing was said', async () => {
    const { hub, stream, sent, publish, state } = setUp();
    hub.add(stream);
    publish(['a']);
    await vi.advanceTimersByTimeAsync(10);
    expect(sent).toHaveLength(1);
    state.value = 'silent';
    await vi.advanceTimersByTimeAsync(9 * 60_000);
    expect(sent).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(2 * 60_000);
    expect(sent.map(({ data }) => (data as DeviceSummary).state)).toEqual(['online', 'silent']);
    await vi.advanceTimersByTimeAsync(30 * 60_000);
    expect(sent).toHaveLength(2);
    hub.stop();
  });

  it('goes on after a failed read', async () => {
    const { hub, stream, sent, publish, state } = setUp();
    hub.add(stream);
    state.fail = true;
    publish(['a']);
    await vi.advanceTimersByTimeAsync(2000);
    state.fail = false;
    publish(['b']);
    await vi.advanceTimersByTimeAsync(2000);
    expect(sent.map(({ data }) => (data as DeviceSummary).id)).toEqual(['b']);
    hub.stop();
  });

  it('tells a flood in rounds and loses nobody', async () => {
    const { hub, stream, sent, publish } = setUp();
    hub.add(stream);
    const ids = Array.from({ length: 1200 }, (_, i) => `device-${i}`);
    publish(ids);
    await vi.advanceTimersByTimeAsync(10);
    expect(sent).toHaveLength(500);
    await vi.advanceTimersByTimeAsync(2100);
    expect(sent.map(({ data }) => (data as DeviceSummary).id)).toEqual(ids);
    hub.stop();
  });

  it('forgets everything when it stops', async () => {
    const { hub, stream, sent, log, publish } = setUp();
    hub.add(stream);
    publish(['a']);
    hub.stop();
    publish(['b']);
    await vi.advanceTimersByTimeAsync(60_000);
    expect([sent.length, log.ended, log.beats, hub.size]).toEqual([0, 1, 0, 0]);
    expect(vi.getTimerCount()).toBe(0);
  });
});
