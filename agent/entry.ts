import './threads.ts';
import { cliLanguage } from '../runtime/command.ts';
import { complain } from '../runtime/complain.ts';
import { VERSION } from '../runtime/version.ts';
import { agentCommand } from './main.ts';

/** In the single executable the command is one word. */
const asOneWord = (text: string): string => text.replaceAll('labwatch agent', 'labwatch-agent');

/** The single executable: `labwatch-agent run|install|…` is `labwatch agent run|install|…`. */
async function main(words: readonly string[]): Promise<void> {
  const language = cliLanguage();
  const [first] = words;
  if (first === '--version' || first === '-v' || first === 'version') {
    process.stdout.write(`labwatch-agent ${VERSION}\n`);
  } else if (first === undefined || first === 'help' || words.includes('--help') || words.includes('-h')) {
    process.stdout.write(`${asOneWord(agentCommand.help(language))}\n`);
  } else {
    process.exitCode = await agentCommand.run(words).catch((error: unknown) => {
      const { line, exit } = complain(error, language);
      process.stderr.write(`${asOneWord(line)}\n`);
      return exit;
    });
  }
}

void main(process.argv.slice(2));
