import { addRange, covers, jumpTo, MAX_GAPS } from '../../model/sequences.ts';
import { drop, KEEP, type Stage, streamKey } from './stage.ts';

/**
 * Every sequence number once. A parked message takes its place in the stream too, else it would be sent for ever. A birth
 * says what is the oldest number still to come.
 */
export const dedupe: Stage = {
  name: 'dedupe',
  parkedToo: true,
  each: (item, batch) => {
    if (item.place === undefined) return KEEP;
    const { stream, first, seq } = item.place;
    const key = streamKey(item.device, stream);
    const known = batch.streams.get(key)!;
    batch.touched.add(key);
    if (covers(known, first, seq)) return drop('DUPLICATE');
    let next = addRange(known, first, seq);
    if (item.reading?.kind === 'birth') next = jumpTo(next, Math.min(item.reading.data.oldest, seq));
    if (next.ahead.length > MAX_GAPS) return drop('TOO_MANY_GAPS');
    batch.streams.set(key, { device: item.device, stream, ...next });
    return KEEP;
  },
  finish: async (batch) => {
    const states = [...batch.touched].map((key) => batch.streams.get(key)!);
    await batch.tx.saveStreams(states);
  },
};
