import { expect, test } from 'vitest';
import { controlOf, statusBytes } from './service-host.ts';

test.each([
  [1, 0, 'stop'],
  [5, 0, 'shutdown'],
  [15, 0, 'shutdown'],
  [13, 4, 'suspend'],
  [13, 18, 'resume'],
  [13, 7, 'resume'],
  // The battery, a session, a question that is answered elsewhere.
  [13, 10, undefined],
  [14, 5, undefined],
  [4, 0, undefined],
])('control %i with event %i is %s', (control, event, meaning) => expect(controlOf(control, event)).toBe(meaning));

// SERVICE_STATUS (winsvc.h): type, state, accepted controls, two exit codes, check point, wait hint.
test.each([
  ['running', 0, [0x10, 4, 0x145, 0, 0, 0, 0]],
  ['stopPending', 20_000, [0x10, 3, 0, 0, 0, 1, 20_000]],
  ['stopped', 0, [0x10, 1, 0, 0, 0, 0, 0]],
] as const)('the state %s in bytes', (state, wait, expected) => {
  const bytes = statusBytes(state, wait);
  expect(Array.from({ length: 7 }, (_, i) => bytes.readUInt32LE(i * 4))).toEqual(expected);
});
