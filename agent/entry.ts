import './threads.ts';
import { cliLanguage } from '../runtime/command.ts';
import { complain } from '../runtime/complain.ts';
import { VERSION } from '../runtime/version.ts';

/** In the single executable the command is one word. */
const asOneWord = (text: string): string => text.replaceAll('labwatch agent', 'labwatch-agent');

/** Does it, and says in one line what went wrong. */
async function answer(action: () => Promise<number>, language: 'en' | 'vi'): Promise<void> {
  process.exitCode = await action().catch((error: unknown) => {
    const { line, exit } = complain(error, language);
    process.stderr.write(`${asOneWord(line)}\n`);
    return exit;
  });
}

/** The single executable: `labwatch-agent run|install|…` is `labwatch agent run|install|…`. */
async function main(words: readonly string[]): Promise<void> {
  const language = cliLanguage();
  const [first] = words;
  // The helper sits in every session of a PC: it must not carry the agent.
  if (first === 'helper') return answer(async () => (await import('./service/helper.ts')).helper(), language);
  const { agentCommand } = await import('./main.ts');
  if (first === '--version' || first === '-v' || first === 'version') {
    process.stdout.write(`labwatch-agent ${VERSION}\n`);
  } else if (first === undefined || first === 'help' || words.includes('--help') || words.includes('-h')) {
    process.stdout.write(`${asOneWord(agentCommand.help(language))}\n`);
  } else {
    await answer(() => agentCommand.run(words), language);
  }
}

void main(process.argv.slice(2));
