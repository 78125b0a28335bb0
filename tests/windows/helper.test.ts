import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { HelperWord } from '../../agent/probes/probe.ts';
import { ROOT, until } from '../tools/programs.ts';
import { Bench } from './bench.ts';
import type { WineProgram } from './wine.ts';

let bench: Bench;
let post: WineProgram;
const programs: WineProgram[] = [];

beforeAll(async () => {
  bench = await Bench.open();
  post = bench.wine.start(bench.childWords('post'));
  programs.push(post);
});
afterAll(async () => {
  for (const program of programs) await program.kill();
  await bench?.close();
});

interface Look {
  readonly mono: number;
  readonly words: readonly HelperWord[];
}
const looks = (): Look[] =>
  post.stdout
    .split('\n')
    .slice(1, -1)
    .map((line) => JSON.parse(line) as Look);
const last = (): Look | undefined => looks().at(-1);

test('what is no word of a helper is not heard', async () => {
  await until('the post', () => last());
  expect(await bench.child('nonsense')).toBe(true);
  await until('another look', () => looks().length > 10);
  expect(last()?.words).toEqual([]);
});

test('the packaged helper tells its session and its idle time, and only those', async () => {
  const helper = bench.wine.start(bench.agentWords('helper'));
  programs.push(helper);
  const heard = await until('a word', () => looks().find((look) => look.words.length > 0));
  const [word] = heard.words;
  expect(Object.keys(word!).toSorted()).toEqual(['idleSeconds', 'mono', 'session']);
  // The session is the one Windows gives the process; nothing of it was in the message.
  expect(word!.session).toBe(1);
  expect(word!.idleSeconds).toBeGreaterThanOrEqual(0);
  expect(heard.mono - word!.mono).toBeGreaterThanOrEqual(-1000);
  expect(heard.mono - word!.mono).toBeLessThan(60_000);

  // It speaks again by itself.
  await until('a second word', () => (last()?.words[0]?.mono ?? 0) > word!.mono + 20_000);

  // Killed, its last word stays and grows old: whoever reads it sees that.
  await helper.kill();
  const before = last()!;
  await until('more looks', () => looks().length > 0 && last()!.mono > before.mono + 2000);
  expect(last()?.words[0]?.mono).toBe(before.words[0]?.mono);

  // A new one is heard on the same pipe.
  programs.push(bench.wine.start(bench.agentWords('helper')));
  await until('the next helper', () => (last()?.words[0]?.mono ?? 0) > before.words[0]!.mono);
});

test('what the helper says becomes the idle time of the session at the screen', async () => {
  for (const program of programs.splice(0)) await program.kill();
  copyFileSync(join(ROOT, 'agent/probes/session/cases/windows-open-without-helper/input.txt'), join(bench.wine.work, 'session.txt'));
  const probe = bench.wine.start(bench.childWords('session', bench.wine.path('session.txt')));
  programs.push(probe);
  const samples = (): { session: string; idleSeconds: number | null }[] =>
    probe.stdout
      .split('\n')
      .slice(0, -1)
      .map((line) => (JSON.parse(line) as { session: { session: string; idleSeconds: number | null } }).session);
  await until('three looks without a helper', () => samples().length >= 3);
  expect(samples()).toEqual(samples().map(() => ({ session: 'open', idleSeconds: null })));
  programs.push(bench.wine.start(bench.agentWords('helper')));
  const told = await until('idle time', () => samples().find(({ idleSeconds }) => idleSeconds !== null));
  expect(told.session).toBe('open');
  // Between two words it grows by itself.
  await until('more of it', () => (samples().at(-1)?.idleSeconds ?? 0) > told.idleSeconds!);
});

test('the helper goes on quietly while no agent listens', async () => {
  for (const program of programs.splice(0)) await program.kill();
  const alone = bench.wine.start(bench.agentWords('helper'));
  programs.push(alone);
  await alone.pid();
  await new Promise((resolve) => setTimeout(resolve, 3000));
  expect(alone.child.exitCode).toBeNull();
  expect(alone.stderr).toBe('');
});
