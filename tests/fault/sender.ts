/**
 * A device under fire: the agent's real outbox and link, fed with windows whose truth everybody knows. It says `kept N` on
 * stdout once window N is in the outbox, which is when the agent has promised never to lose it.
 * Arguments: folder, seed, first minute, number of the first window, windows a second.
 */
import { join } from 'node:path';
import { silentLog } from '../../runtime/log.ts';
import { Counts } from '../../agent/core/counts.ts';
import { Link } from '../../agent/core/link/link.ts';
import { type Body, Outbox } from '../../agent/core/outbox/outbox.ts';
import { readCredentials } from '../../agent/identity/credentials.ts';
import { systemClock } from '../../agent/platform/clock.ts';
import { reportBody, SPAN } from './truth.ts';

const [folder = '', seed = '0', base = '0', next = '0', rate = '50'] = process.argv.slice(2);
const boot = 'feedfacecafebeef';
const outbox = new Outbox({ path: join(folder, 'outbox.db'), bounds: { maxMessages: 1_000_000, maxBytes: 2 ** 30 }, log: silentLog });
await outbox.start();
const stamp = (): { boot: string; at: number; mono: number } => ({ boot, at: systemClock.now(), mono: systemClock.mono() });
const link = new Link({
  credentials: readCredentials(join(folder, 'credentials.json'))!,
  outbox,
  clock: systemClock,
  random: Math.random,
  log: silentLog,
  counts: new Counts(),
  boot,
  replayRate: 500,
  ackTimeoutMs: 2_000,
  birth: () =>
    outbox.append(
      'birth',
      (facts): Body<'birth'> => ({
        agent: '0.0.0-fault',
        os: { family: 'linux', name: 'Debian GNU Linux', arch: 'x64' },
        bootAt: systemClock.now() - systemClock.mono(),
        end: 'crash',
        zone: 'Asia/Ho_Chi_Minh',
        config: 0,
        ...facts,
      }),
      stamp(),
    ),
  onConfig: () => undefined,
  onCommand: () => undefined,
  onRefused: async () => undefined,
});
await link.start();
let window = Number(next);
const send = (): void => {
  if (outbox.append('report', reportBody(Number(seed), Number(base) + window * SPAN), stamp()) === undefined) return;
  process.stdout.write(`kept ${window}\n`);
  window += 1;
  link.pump();
};
if (Number(rate) > 0) setInterval(send, 1000 / Number(rate));
setInterval(() => process.stdout.write(`waiting ${outbox.size}\n`), 500);
