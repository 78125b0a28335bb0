import { inspect } from 'node:util';
import { LabwatchError } from './errors.ts';

/** One line for the person, whatever went wrong, and the exit code; a stack only for those who ask with LABWATCH_DEBUG=1. */
export function complain(error: unknown, language: 'en' | 'vi'): { line: string; exit: number } {
  const stack = process.env['LABWATCH_DEBUG'] === '1' ? `${inspect(error)}\n` : '';
  if (error instanceof LabwatchError)
    return { line: `${stack}${language === 'vi' ? `${error.code}: ${error.vi}` : error.line()}`, exit: error.exit };
  const why = error instanceof Error ? error.message.split('\n')[0] : String(error);
  const more = language === 'vi' ? 'Đặt LABWATCH_DEBUG=1 để xem chi tiết.' : 'Set LABWATCH_DEBUG=1 to see more.';
  return { line: `${stack}INTERNAL: ${why}. ${more}`, exit: 70 };
}
