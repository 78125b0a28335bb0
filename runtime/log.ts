import pino from 'pino';

/** The part of pino that our code uses; a test can pass any object with these four. */
export type Log = Pick<pino.Logger, 'info' | 'warn' | 'error' | 'debug'> & { child(bindings: Record<string, unknown>): Log };

/** Keys that are never written, at any depth pino's redaction reaches. */
const SECRET_PATHS = ['password', 'secret', 'token', 'authorization', 'cookie', 'credentials', '*.password', '*.secret', '*.token'];

/**
 * The program's log: JSON lines to stderr, or coloured text when a person is watching.
 * stdout stays free for what a command answers.
 */
export function createLog(options: {
  level: string;
  format: 'auto' | 'json' | 'pretty';
  program?: string;
  /** JSON lines go there instead. */
  to?: { write(line: string): void };
}): Log {
  const pretty = options.format === 'pretty' || (options.format === 'auto' && process.stderr.isTTY);
  const base = {
    level: options.level,
    base: options.program === undefined ? {} : { program: options.program },
    redact: SECRET_PATHS,
    timestamp: pino.stdTimeFunctions.isoTime,
  };
  if (options.to !== undefined) return pino(base, options.to);
  if (!pretty) return pino(base, pino.destination({ fd: 2, sync: true }));
  const transport = pino.transport({
    target: 'pino-pretty',
    options: {
      destination: 2,
      sync: true,
      ignore: 'pid,hostname,program',
      translateTime: 'HH:MM:ss',
      messageFormat: '[{program}] {msg}',
      singleLine: true,
    },
  }) as pino.DestinationStream;
  return pino(base, transport);
}

/** For tests and for programs started by others that want silence. */
export const silentLog: Log = pino({ level: 'silent' });
