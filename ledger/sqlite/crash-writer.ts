/**
 * A program of the crash tests: `node crash-writer.ts <home> <devices>` writes batches until it is killed and prints a
 * line for each batch whose promise resolved. Every batch moves the stream of every device on by one, sets the minute of
 * that number and spools one line a device.
 */
import { writeSync } from 'node:fs';
import { openLedger } from '../index.ts';
import { minutes, streamId } from '../contract/fixtures.ts';

const [home = '', who = '1', ...ids] = process.argv.slice(2);
const ledger = await openLedger(home);
writeSync(1, 'ready\n');
for (;;) {
  const done = await ledger.intake.batch(async (tx) => {
    const keys = ids.map((device) => ({ device, stream: streamId(Number(who)) }));
    const streams = await tx.streams(keys);
    const next = streams[0]!.contiguous + 1;
    const bits = minutes(next % 1440);
    await tx.orUse(ids.map((device) => ({ device, day: `2026-${who.padStart(2, '0')}-01`, on: bits, active: bits, blind: minutes() })));
    await tx.saveStreams(streams.map(({ device, stream, ahead }) => ({ device, stream, contiguous: next, ahead })));
    const states = await tx.states(ids);
    await tx.saveStates(Array.from(states.values(), (state) => ({ ...state, lastSeen: (state.lastSeen ?? 0) + 1 })));
    await tx.spool(ids.map((device) => `report,device=${device} n=${next}i ${who}`));
    return next;
  });
  writeSync(1, `${done}\n`);
}
