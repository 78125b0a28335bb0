import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { indexRetained, type RetainedStore } from './retained.ts';

const packet = (topic: string, text: string) => ({ topic, payload: Buffer.from(text) });

/** Says which filters it was asked for; with the real store of aedes this runs in tests/integration. */
function storeThatTells(): { store: RetainedStore; asked: string[][] } {
  const asked: string[][] = [];
  const store: RetainedStore = {
    storeRetained: async () => undefined,
    createRetainedStreamCombi: (filters) => {
      asked.push(filters);
      return Readable.from([packet('from/store', 'x')]);
    },
  };
  return { store, asked };
}

test('exact topics never walk through the store; wildcards go there', async () => {
  const { store, asked } = storeThatTells();
  const count = indexRetained(store);
  await store.storeRetained(packet('a/presence', 'one'));
  await store.storeRetained(packet('b/presence', 'two'));
  await store.storeRetained(packet('a/presence', 'three'));
  const read = async (filters: string[]): Promise<string[]> => {
    const found = (await store.createRetainedStreamCombi(filters).toArray()) as { topic: string; payload: Buffer }[];
    return found.map(({ topic, payload }) => `${topic} ${payload.toString()}`);
  };
  expect(await read(['a/presence', 'a/config'])).toEqual(['a/presence three']);
  expect(asked).toEqual([]);
  expect(await read(['b/presence', '+/presence'])).toEqual(['b/presence two', 'from/store x']);
  expect(asked).toEqual([['+/presence']]);
  expect(count()).toBe(2);
  await store.storeRetained(packet('a/presence', ''));
  expect(await read(['a/presence'])).toEqual([]);
  expect(count()).toBe(1);
});
