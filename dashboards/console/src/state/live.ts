import { signal } from '@preact/signals';
import { api, ApiError, EVENTS_URL } from '../api/client.ts';
import type { LiveEvents } from '../api/generated.ts';
import type { DeviceSummary } from '../api/types.ts';
import { learnServerTime, serverNow } from './clock.ts';
import { IDLE, next, retryDelay, type Signal } from './connection.ts';

export const connection = signal(IDLE);

type Listener = (device: DeviceSummary) => void;
const onDevice = new Set<Listener>();
const onHello = new Set<() => void>();
let source: EventSource | undefined;
let timer: number | undefined;
let heardAt = 0;

/** A line that is silent this long is asked whether it is still one: a cable pulled out tells nobody. In ms. */
const SILENCE = 45_000;
const ANSWER_WITHIN = 10_000;

function turn(what: Signal) {
  heardAt = Date.now();
  connection.value = next(connection.value, what, serverNow());
}

function open() {
  source = new EventSource(EVENTS_URL);
  source.addEventListener('hello', (event) => {
    learnServerTime(Date.parse((JSON.parse((event as MessageEvent<string>).data) as LiveEvents['hello']).at));
    turn('hello');
    for (const listener of onHello) listener();
  });
  source.addEventListener('device', (event) => {
    heardAt = Date.now();
    const device = JSON.parse((event as MessageEvent<string>).data) as DeviceSummary;
    for (const listener of onDevice) listener(device);
  });
  source.addEventListener('error', () => lost());
}

/** The browser's own retry does not tell a closed session from a stopped server: we ask, then try again ourselves. */
function lost() {
  source?.close();
  source = undefined;
  if (connection.value.phase === 'idle' || timer !== undefined) return;
  turn('lost');
  timer = window.setTimeout(
    () => {
      timer = undefined;
      const reopen = () => connection.value.phase !== 'idle' && open();
      api.session().then(reopen, (error: unknown) => {
        // A 401 has logged us out already, which stopped the stream.
        if (connection.value.phase !== 'idle' && error instanceof ApiError) lost();
      });
    },
    retryDelay(connection.value.failures + 1, Math.random()),
  );
}

/** Opens the stream of events; it comes back by itself until `stopLive`. */
export function startLive() {
  if (connection.value.phase !== 'idle') return;
  turn('start');
  open();
}

export function stopLive() {
  turn('stop');
  source?.close();
  source = undefined;
  window.clearTimeout(timer);
  timer = undefined;
}

/** A request found no server: the stream is about to find out too, so say it now. */
export function noteUnreachable() {
  if (connection.value.phase === 'live') lost();
}

/** Called for every fresh device. @returns how to stop */
export function listenDevices(listener: Listener): () => void {
  onDevice.add(listener);
  return () => onDevice.delete(listener);
}

/** Called on each (re)connection: nothing is replayed, so read again. @returns how to stop */
export function listenHello(listener: () => void): () => void {
  onHello.add(listener);
  return () => onHello.delete(listener);
}

/** Asks the server when nothing was heard for long; no answer is a lost line. A 401 logs out by itself. */
function probe() {
  if (connection.value.phase !== 'live' || Date.now() - heardAt < SILENCE) return;
  const patience = window.setTimeout(noteUnreachable, ANSWER_WITHIN);
  const answered = () => window.clearTimeout(patience);
  heardAt = Date.now();
  api.session().then(answered, answered);
}
setInterval(probe, SILENCE / 3);
window.addEventListener('offline', noteUnreachable);
