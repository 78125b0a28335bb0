import type { Command } from '../runtime/command.ts';
import { caCommand } from './ca/command.ts';
import { commandCommand } from './command/command.ts';
import { configCommand } from './config/command.ts';
import { deviceCommand } from './device/command.ts';
import { releaseCommand } from './release/command.ts';
import { processTerminal, type Terminal } from './terminal.ts';
import { tokenCommand } from './token/command.ts';
import { unitCommand } from './unit/command.ts';
import { userCommand } from './user/command.ts';

export { ensureTls } from './ca/ensure-tls.ts';
export { provisioningErrors } from './errors.ts';
export { ensureLocalSchool } from './local-school.ts';

/** Every command of the operator; one folder and one line here for each. */
export const COMMANDS: readonly ((terminal: Terminal) => Command)[] = [
  tokenCommand,
  unitCommand,
  userCommand,
  deviceCommand,
  configCommand,
  commandCommand,
  caCommand,
  releaseCommand,
];

export const provisioningCommands: readonly Command[] = COMMANDS.map((command) => command(processTerminal()));
