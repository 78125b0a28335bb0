import type { CommandName, CommandReason, SelfTestFinding } from '../../protocol/commands.ts';
import type { Command } from '../../protocol/payloads/index.ts';
import type { Actions } from './actions.ts';
import { noticeText } from './notices.ts';

/** What became of a command. */
export type Outcome =
  | { readonly state: 'done'; readonly findings?: readonly SelfTestFinding[] }
  | { readonly state: 'refused' | 'failed'; readonly reason: CommandReason };

/** What handlers work with. */
export interface Hands {
  readonly actions: Actions;
  /** Label of the seat in this machine's own settings. */
  readonly seat: string | undefined;
  /** Sends hardware and protection now. */
  readonly refresh: () => Promise<void>;
  readonly selfTest: () => readonly SelfTestFinding[];
}

/** What a handler may know of a command: codes and hardware addresses, nothing that could be a program or a text. */
export type Order = Pick<Command, 'notice' | 'macs'>;

/**
 * `now` does it and says what became of it. `last` is for what ends this agent: "done" is told and must be acknowledged first,
 * because nothing can be told afterwards, and a command that is not known to be answered comes again.
 */
export type Handler =
  | { readonly now: (hands: Hands, order: Order) => Promise<Outcome> }
  | { readonly possible: (hands: Hands) => boolean; readonly last: (hands: Hands) => Promise<boolean> };

const DONE: Outcome = { state: 'done' };
const failed = (reason: CommandReason): Outcome => ({ state: 'failed', reason });
const NOT_SUPPORTED: Outcome = { state: 'refused', reason: 'not_supported' };
const always = (): boolean => true;

/** Every command of the contract, and no other. */
export const HANDLERS: Readonly<Record<CommandName, Handler>> = {
  refresh: {
    now: async ({ refresh }) => {
      await refresh();
      return DONE;
    },
  },
  self_test: { now: async ({ selfTest }) => ({ state: 'done', findings: selfTest() }) },
  locate: {
    now: async ({ actions, seat }, { notice = 'here' }) => {
      const shown = await actions.show(noticeText(notice, seat));
      if (shown === 'not_supported') return NOT_SUPPORTED;
      return shown === 'shown' ? DONE : failed('nobody');
    },
  },
  wake: { now: async ({ actions }, { macs = [] }) => ((await actions.wake(macs)) ? DONE : failed('failed')) },
  update: {
    now: async ({ actions }) => {
      if (actions.update === undefined) return NOT_SUPPORTED;
      const outcome = await actions.update();
      if (outcome === 'not_allowed') return { state: 'refused', reason: 'not_allowed' };
      return outcome === 'looked' ? DONE : failed('failed');
    },
  },
  restart_agent: {
    possible: ({ actions }) => actions.restartAgent !== undefined,
    last: async ({ actions }) => {
      actions.restartAgent?.();
      return true;
    },
  },
  shut_down: { possible: always, last: ({ actions }) => actions.power('shut_down') },
  restart: { possible: always, last: ({ actions }) => actions.power('restart') },
};
