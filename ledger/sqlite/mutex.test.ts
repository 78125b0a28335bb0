import { expect, it } from 'vitest';
import { Mutex } from './mutex.ts';

it('lets one in after the other, in the order they came', async () => {
  const mutex = new Mutex();
  const order: string[] = [];
  const work = (name: string) =>
    mutex.run(async () => {
      order.push(`${name} in`);
      await new Promise((resolve) => setImmediate(resolve));
      order.push(`${name} out`);
    });
  await Promise.all([work('a'), work('b'), work('c')]);
  expect(order).toEqual(['a in', 'a out', 'b in', 'b out', 'c in', 'c out']);
});

it('lets the next one in after a failure', async () => {
  const mutex = new Mutex();
  await expect(
    mutex.run(async () => {
      throw new Error('no');
    }),
  ).rejects.toThrow('no');
  expect(await mutex.run(async () => 1)).toBe(1);
});

it('refuses whoever would wait for itself, but not what was begun inside and comes later', async () => {
  const mutex = new Mutex();
  let later: Promise<number> | undefined;
  await mutex.run(async () => {
    await expect(mutex.lock()).rejects.toThrow('inside a batch');
    later = new Promise((resolve) => setTimeout(resolve, 5)).then(() => mutex.run(async () => 7));
  });
  expect(await later).toBe(7);
});
