import { type Id, unheard } from '../../../ledger/index.ts';
import { type Batch, drop, KEEP, type Stage, streamKey } from './stage.ts';

async function loadStreams(batch: Batch): Promise<void> {
  const keys = new Map<string, { device: Id; stream: Id }>();
  for (const { device, place } of batch.items) {
    if (place !== undefined && batch.devices.has(device)) keys.set(streamKey(device, place.stream), { device, stream: place.stream });
  }
  for (const state of await batch.tx.streams([...keys.values()])) batch.streams.set(streamKey(state.device, state.stream), state);
  for (const [key, { device, stream }] of keys) {
    if (!batch.streams.has(key)) batch.streams.set(key, { device, stream, contiguous: 0, ahead: [] });
  }
}

/** Reads devices, their states and streams in one go each; who is not enrolled is dropped. */
export const load: Stage = {
  name: 'load',
  parkedToo: true,
  prepare: async (batch) => {
    const ids = [...new Set(batch.items.map((item) => item.device))];
    for (const [id, known] of await batch.tx.devices(ids)) batch.devices.set(id, known);
    const enrolled = [...batch.devices.keys()];
    const states = await batch.tx.states(enrolled);
    for (const id of enrolled) batch.states.set(id, states.get(id) ?? unheard(id));
    await loadStreams(batch);
  },
  each: (item, batch) => (batch.devices.has(item.device) ? KEEP : drop('UNKNOWN_DEVICE')),
};
