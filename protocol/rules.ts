import type { Kind } from './topics.ts';
import type { Payloads } from './payloads/index.ts';

/** What a schema cannot say. Each rule has golden examples that break it. */
export interface Rule<K extends Kind> {
  readonly name: string;
  /** @returns undefined when the message keeps the rule, else a plain reason */
  check(message: Payloads[K]): string | undefined;
}

const within = (small: string, large: string): boolean => Array.from(small).every((bit, i) => bit === '0' || large[i] === '1');

const reportRules: readonly Rule<'report'>[] = [
  {
    name: 'bits-span',
    check: (r) =>
      [r.on, r.active, r.blind].every((bits) => bits.length === r.span)
        ? undefined
        : 'on, active and blind need one bit for each minute of span',
  },
  { name: 'active-within-on', check: (r) => (within(r.active, r.on) ? undefined : 'a minute cannot be active and not on') },
  { name: 'blind-within-on', check: (r) => (within(r.blind, r.on) ? undefined : 'a minute cannot be blind and not on') },
  {
    name: 'active-not-blind',
    check: (r) =>
      Array.from(r.active).some((bit, i) => bit === '1' && r.blind[i] === '1') ? 'a minute cannot be active and blind' : undefined,
  },
  {
    name: 'range-order',
    check: (r) => {
      for (const [name, value] of Object.entries(r.metrics)) {
        if (typeof value === 'object' && !(value.min <= value.mean && value.mean <= value.max)) return `${name} needs min <= mean <= max`;
      }
      return undefined;
    },
  },
];

const firstRule: Rule<'birth' | 'report' | 'inventory' | 'security' | 'event'> = {
  name: 'first-not-after-seq',
  check: (m) => (m.first !== undefined && m.first > m.seq ? 'first cannot be greater than seq' : undefined),
};

const oldestRule: Rule<'birth'> = {
  name: 'oldest-not-after-seq',
  check: (m) => (m.oldest > (m.first ?? m.seq) ? 'oldest cannot be greater than the birth itself' : undefined),
};

const answerRules: readonly Rule<'event'>[] = [
  {
    name: 'answer-names-command',
    check: (e) => (e.code.startsWith('command_') && e.answers === undefined ? 'an answer says to which command' : undefined),
  },
  {
    name: 'config-names-version',
    check: (e) => (e.code.startsWith('config_') && e.config === undefined ? 'it says which configuration' : undefined),
  },
];

const commandRules: readonly Rule<'command'>[] = [
  {
    name: 'wake-needs-macs',
    check: (c) => (c.name === 'wake' && c.macs === undefined ? 'wake needs the addresses of whom to wake' : undefined),
  },
];

const reasonRule: Rule<'presence'> = {
  name: 'online-reason',
  check: (m) => (m.online === (m.reason === 'connected') ? undefined : 'online goes with connected, offline with the other reasons'),
};

/** Rules by kind, in the order they are checked. */
export const RULES: { readonly [K in Kind]: readonly Rule<K>[] } = {
  birth: [firstRule, oldestRule],
  report: [firstRule, ...reportRules],
  inventory: [firstRule],
  security: [firstRule],
  event: [firstRule, ...answerRules],
  presence: [reasonRule],
  ack: [],
  config: [],
  command: [...commandRules],
};
