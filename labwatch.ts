import { cliLanguage, type Command } from './runtime/command.ts';
import { complain } from './runtime/complain.ts';
import { distance } from './runtime/settings.ts';
import { VERSION } from './runtime/version.ts';

/**
 * Every program and the subcommands it answers, in the order in which a newcomer meets them. Loaded only when asked for:
 * an agent on a PC with 2 GB must not carry the collector.
 */
export const PROGRAMS: readonly { readonly names: readonly string[]; load(): Promise<readonly Command[]> }[] = [
  { names: ['up'], load: async () => [(await import('./up.ts')).upCommand] },
  { names: ['agent'], load: async () => [(await import('./agent/main.ts')).agentCommand] },
  { names: ['broker'], load: async () => [(await import('./broker/main.ts')).brokerCommand] },
  { names: ['collector'], load: async () => [(await import('./collector/main.ts')).collectorCommand] },
  {
    names: ['token', 'unit', 'user', 'device', 'config', 'command', 'ca', 'release'],
    load: async () => (await import('./provisioning/main.ts')).provisioningCommands,
  },
];

const TEXT = {
  en: {
    about: 'labwatch: what the devices of a school are really doing.',
    usage: 'Usage: labwatch <command> [options]',
    commands: 'Commands:',
    more: 'labwatch <command> --help tells more. LABWATCH_LANG=vi for Vietnamese.',
    unknown: (word: string, near?: string) =>
      `labwatch: there is no command "${word}".${near === undefined ? '' : ` Did you mean "${near}"?`} See labwatch --help.`,
  },
  vi: {
    about: 'labwatch: thiết bị trong trường đang thật sự làm gì.',
    usage: 'Cách dùng: labwatch <lệnh> [tùy chọn]',
    commands: 'Các lệnh:',
    more: 'labwatch <lệnh> --help để xem chi tiết. LABWATCH_LANG=en for English.',
    unknown: (word: string, near?: string) =>
      `labwatch: không có lệnh "${word}".${near === undefined ? '' : ` Có phải là "${near}"?`} Xem labwatch --help.`,
  },
} as const;

async function overview(language: 'en' | 'vi'): Promise<string> {
  const text = TEXT[language];
  const commands = (await Promise.all(PROGRAMS.map((program) => program.load()))).flat();
  const width = Math.max(...commands.map((command) => command.name.length));
  const rows = commands.map((command) => `  ${command.name.padEnd(width)}  ${command.summary[language]}`);
  return [text.about, '', text.usage, '', text.commands, ...rows, '', text.more].join('\n');
}

/** The command a typing error away, if there is one. */
function nearest(word: string): string | undefined {
  const near = PROGRAMS.flatMap((program) => program.names)
    .map((name) => ({ name, far: distance(word, name) }))
    .toSorted((a, b) => a.far - b.far)[0];
  return near !== undefined && near.far <= Math.max(1, Math.floor(near.name.length / 3)) ? near.name : undefined;
}

/** The one command: finds the subcommand, prints what it answers and leaves with its exit code (sysexits.h). */
export async function main(argv: readonly string[]): Promise<void> {
  const language = cliLanguage();
  const [name, ...rest] = argv;
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    process.stdout.write(`${await overview(language)}\n`);
    return;
  }
  if (name === '--version' || name === '-v' || name === 'version') {
    process.stdout.write(`labwatch ${VERSION}\n`);
    return;
  }
  const program = PROGRAMS.find((each) => each.names.includes(name));
  if (program === undefined) {
    process.stderr.write(`${TEXT[language].unknown(name, nearest(name))}\n`);
    process.exitCode = 64;
    return;
  }
  try {
    const command = (await program.load()).find((each) => each.name === name)!;
    if (rest.includes('--help') || rest.includes('-h')) process.stdout.write(`${command.help(language)}\n`);
    else process.exitCode = await command.run(rest);
  } catch (error) {
    const { line, exit } = complain(error, language);
    process.stderr.write(`${line}\n`);
    process.exitCode = exit;
  }
}
