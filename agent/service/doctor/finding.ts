import { LabwatchError } from '../../../runtime/errors.ts';
import { problemOf } from '../../core/status-file.ts';

export type Level = 'ok' | 'warn' | 'fail';

export interface Words {
  readonly en: string;
  readonly vi: string;
}

/** One line of the doctor. */
export interface Finding {
  /** kebab-case, the same in every language, e.g. `clock`; several findings may share one. */
  readonly id: string;
  readonly level: Level;
  readonly what: Words;
  /** What to do about it; every finding that is not ok has one, unless `what` says it. */
  readonly todo?: Words;
}

export const words = (en: string, vi: string): Words => ({ en, vi });
/** The same in every language: a path, a number. */
export const plain = (text: string): Words => ({ en: text, vi: text });

export const ok = (id: string, what: Words): Finding => ({ id, level: 'ok', what });
export const warn = (id: string, what: Words, todo?: Words): Finding => ({ id, level: 'warn', what, ...(todo && { todo }) });
export const fail = (id: string, what: Words, todo?: Words): Finding => ({ id, level: 'fail', what, ...(todo && { todo }) });

/** An error of the catalogues: its line already says what to do. */
export function failed(id: string, error: unknown, level: 'warn' | 'fail' = 'fail'): Finding {
  const { en, vi } = problemOf(error);
  return { id, level, what: { en, vi } };
}

export const worst = (findings: readonly Finding[]): Level =>
  findings.some(({ level }) => level === 'fail') ? 'fail' : findings.some(({ level }) => level === 'warn') ? 'warn' : 'ok';

/** A check that breaks is a finding too: the other checks must still be read. */
export async function guarded(id: string, check: () => Promise<readonly Finding[]>): Promise<readonly Finding[]> {
  try {
    return await check();
  } catch (error) {
    if (error instanceof LabwatchError) return [failed(id, error)];
    return [
      warn(id, plain(`${(error as Error).message.split('\n')[0]}`), words('The check itself failed.', 'Bản thân phép kiểm tra bị lỗi.')),
    ];
  }
}
