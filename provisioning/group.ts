import { Type } from 'typebox';
import { openLedger, type Ledger } from '../ledger/index.ts';
import type { Command } from '../runtime/command.ts';
import { commonSettings } from '../runtime/common-settings.ts';
import { defineSettings, loadSettings, settingsHelp, type Settings, type Values } from '../runtime/settings.ts';
import { provisioningFail } from './errors.ts';
import type { Terminal } from './terminal.ts';

type Text = { readonly en: string; readonly vi: string };

/** Every command of an operator knows where the data are. */
export const placeSettings = defineSettings({ home: commonSettings.home, config: commonSettings.config });

export const jsonSetting = defineSettings({
  json: {
    schema: Type.Boolean(),
    default: false,
    help: { en: 'Answer in JSON, for scripts.', vi: 'Trả lời dạng JSON, dùng cho tập lệnh.' },
    allowed: 'true or false',
  },
});

/** One action of a command: `labwatch token create …`. */
export interface Action<D extends Settings = Settings> {
  readonly name: string;
  readonly summary: Text;
  /** Words that are not flags, as they stand in the usage: `<id>`. */
  readonly words: readonly string[];
  readonly settings: D;
  run(given: { readonly values: Values<D>; readonly words: readonly string[]; readonly terminal: Terminal }): Promise<number>;
}

/** Keeps the types of an action's settings until they are put in a list. */
export function action<const D extends Settings>(definition: Action<D>): Action {
  return definition as unknown as Action;
}

const usageOf = (command: string, one: Action): string => ['labwatch', command, one.name, ...one.words].join(' ');

/** Only what says where the data are is taken from the environment: no stray variable may name a token's unit. */
function placeEnv(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(['LABWATCH_HOME', 'LABWATCH_CONFIG'].flatMap((key) => (env[key] === undefined ? [] : [[key, env[key]]])));
}

/** A command made of actions, with one help for all of them. */
export function group(
  definition: { readonly name: string; readonly summary: Text; readonly about: Text; readonly actions: readonly Action[] },
  terminal: Terminal,
): Command {
  const { name, summary, about, actions } = definition;
  return {
    name,
    summary,
    help: (language) =>
      [
        `labwatch ${name}: ${summary[language]}`,
        '',
        about[language],
        ...actions.flatMap((one) => [
          '',
          `${usageOf(name, one)} [${language === 'vi' ? 'tùy chọn' : 'options'}]`,
          `  ${one.summary[language]}`,
          settingsHelp(one.settings, language).replace(/^/gm, '  '),
        ]),
      ].join('\n'),
    async run(argv) {
      const [word = '', ...rest] = argv;
      const chosen = actions.find((one) => one.name === word);
      if (chosen === undefined) {
        const allowed = actions.map((one) => one.name).join(', ');
        if (word === '' || word.startsWith('-')) throw provisioningFail('COMMAND_ACTION_MISSING', { command: name, allowed });
        throw provisioningFail('COMMAND_ACTION', { command: name, word, allowed });
      }
      const input = { argv: rest, env: placeEnv(terminal.env), sections: ['labwatch'], words: true } as const;
      const { values, rest: words } = loadSettings(chosen.settings, input);
      if (words.length !== chosen.words.length) throw provisioningFail('COMMAND_WORDS', { usage: usageOf(name, chosen) });
      return chosen.run({ values, words, terminal });
    },
  };
}

/** Opens the ledger for one action and closes it whatever happens. */
export async function withLedger<T>(home: string, work: (ledger: Ledger) => Promise<T>): Promise<T> {
  const ledger = await openLedger(home);
  try {
    return await work(ledger);
  } finally {
    await ledger.close();
  }
}
