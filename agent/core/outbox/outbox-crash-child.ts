import { writeSync } from 'node:fs';
import { silentLog } from '../../../runtime/log.ts';
import { Outbox } from './outbox.ts';

/**
 * A process that only fills an outbox, for tests that kill it: prints `stream seq since` of every message once `append`
 * has returned it, where `since` tells the messages apart.
 */
const [path = '', from = '0'] = process.argv.slice(2);
const outbox = new Outbox({ path, bounds: { maxMessages: 1e6, maxBytes: 1e9 }, log: silentLog });
await outbox.start();
for (let since = Number(from); ; since++) {
  const seq = outbox.append('event', { code: 'clock_changed', since }, { at: since, mono: since, boot: '0'.repeat(16) });
  writeSync(1, `${outbox.stream} ${seq} ${since}\n`);
}
