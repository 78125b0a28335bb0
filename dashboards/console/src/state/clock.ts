import { signal } from '@preact/signals';

/** Server clock minus this computer's: lab computers with a dead battery still show right ages. */
let offset = 0;

/** Epoch ms by the server's clock; moves on every 10 seconds. */
export const now = signal(Date.now());
export const serverNow = () => Date.now() + offset;

/** The time in a `hello` has whole seconds and took its way: only errors beyond that count. */
export function learnServerTime(at: number) {
  const error = at - Date.now();
  offset = Math.abs(error) < 5_000 ? 0 : error;
  now.value = serverNow();
}

setInterval(() => {
  if (!document.hidden) now.value = serverNow();
}, 10_000);
document.addEventListener('visibilitychange', () => (now.value = serverNow()));
