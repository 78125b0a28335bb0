import type { CommandAnswer, ConfigTold } from '../../../ledger/index.ts';
import type { ReadingOf } from '../../model/reading.ts';
import { type Batch, type Item, type Stage } from './stage.ts';

type Event = ReadingOf<'event'>['data'];

const STATES: Partial<Record<Event['code'], CommandAnswer['state']>> = {
  command_done: 'done',
  command_refused: 'refused',
  command_failed: 'failed',
};

/** Events that answer the server: they say nothing of the machine. */
export const isAnswer = ({ code }: Event): boolean => code in STATES || code.startsWith('config_');

const kept = (items: readonly Item[]): Item[] => items.filter(({ verdict, time }) => verdict.fate === 'keep' && time !== undefined);

function answersIn({ items }: Batch): CommandAnswer[] {
  return kept(items).flatMap(({ reading, device, time }) => {
    if (reading?.kind !== 'event' || reading.data.answers === undefined) return [];
    const state = STATES[reading.data.code];
    const { answers: id, reason = null, findings = [] } = reading.data;
    return state === undefined ? [] : [{ id, device, state, reason, findings, at: time!.at }];
  });
}

/** A birth says which configuration is in force, and so does an event when it changed. */
function configsIn({ items }: Batch): ConfigTold[] {
  return kept(items).flatMap(({ reading, device, time }) => {
    if (reading?.kind === 'birth') return [{ device, version: reading.data.config, at: time!.at }];
    if (reading?.kind !== 'event' || reading.data.config === undefined) return [];
    const { code, config: version, setting } = reading.data;
    if (code === 'config_applied') return [{ device, version, at: time!.at }];
    return code === 'config_refused' && setting !== undefined ? [{ device, version, at: time!.at, refused: setting }] : [];
  });
}

/** Brings what devices answer to the commands and configurations they were given. */
export const answers: Stage = {
  name: 'answers',
  finish: async (batch) => {
    const commands = answersIn(batch);
    if (commands.length > 0) await batch.tx.answerCommands(commands);
    const configs = configsIn(batch);
    if (configs.length > 0) await batch.tx.confirmConfigs(configs);
  },
};
