import { existsSync, readFileSync } from 'node:fs';
import { isSea } from 'node:sea';
import { join } from 'node:path';
import { UpdateFailure } from '../../update/failure.ts';
import { trustedKeys } from '../../update/keys.ts';
import { placesOf, type Places } from '../../update/places.ts';
import { readState } from '../../update/state.ts';
import type { Context } from './context.ts';
import { fail, type Finding, ok, warn, words } from './finding.ts';

const MORE = words('docs/update.md explains each reason.', 'Xem từng lý do trong docs/update.md.');

function keyFinding(keyFile: string, asked: string): Finding {
  if (!existsSync(keyFile)) {
    return ok(
      'update',
      words('no release key was installed: this agent does not update itself', 'chưa cài khóa phát hành: tác nhân không tự cập nhật'),
    );
  }
  try {
    const keys = trustedKeys(keyFile, []).length;
    return ok(
      'update',
      words(
        `updates itself; ${keys} key(s); the server was last asked ${asked}`,
        `tự cập nhật; ${keys} khóa; hỏi máy chủ lần cuối ${asked}`,
      ),
    );
  } catch (error) {
    const why = error instanceof UpdateFailure ? error.message : String(error);
    return fail(
      'update',
      words(`no update can be proved: ${why}`, `không kiểm tra được bản cập nhật: ${why}`),
      words('Install the agent again with the public key of the releases.', 'Hãy cài lại tác nhân kèm khóa công khai của bản phát hành.'),
    );
  }
}

/** Whether this agent can update itself, and what became of updates. @param places default: those of this executable */
export async function checkUpdates({ settings, folder }: Context, places?: Places): Promise<readonly Finding[]> {
  const own = places ?? (isSea() ? placesOf(process.execPath) : undefined);
  if (own === undefined)
    return [ok('update', words('runs from its sources; does not update itself', 'chạy từ mã nguồn; không tự cập nhật'))];
  if (settings.update === 'off') return [ok('update', words('updates are switched off', 'đã tắt tự cập nhật'))];
  const { askedAt, bad } = readState(join(folder, 'update'));
  const findings = [keyFinding(settings.releaseKey ?? own.keys, askedAt === 0 ? '-' : new Date(askedAt).toISOString())];
  if (existsSync(own.trial)) {
    const { from, to } = JSON.parse(readFileSync(own.trial, 'utf8')) as { from?: string; to?: string };
    findings.push(
      warn('update', words(`${to} is on trial; ${from} is kept beside it`, `bản ${to} đang chạy thử; bản ${from} vẫn được giữ`), MORE),
    );
  }
  for (const { release, reason, times } of bad) {
    const what = words(`${release} came to nothing (${reason}, ${times}×)`, `bản ${release} không cập nhật được (${reason}, ${times} lần)`);
    findings.push(warn('update', what, MORE));
  }
  return findings;
}
