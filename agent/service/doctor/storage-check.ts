import { accessSync, constants, existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { failureOf } from '../../core/outbox/outbox-file.ts';
import type { Platform } from '../../probes/probe.ts';
import type { Context } from './context.ts';
import { fail, type Finding, ok, plain, warn, words } from './finding.ts';

const MEGABYTE = 1024 * 1024;
const LITTLE = 200 * MEGABYTE;
const NONE = 20 * MEGABYTE;

const FREE = words('Free some space on that disk.', 'Hãy dọn bớt dữ liệu trên ổ đĩa đó.');

/** The folder that is there: the data folder, or the nearest one above it. */
const nearest = (path: string): string => (existsSync(path) || dirname(path) === path ? path : nearest(dirname(path)));

/** Free space, and whether the data folder can be written. */
export async function checkDisk({ folder, settings }: Context, platform: Platform): Promise<readonly Finding[]> {
  const space = await platform.door.space(nearest(folder));
  const findings: Finding[] = [];
  if (space === undefined) findings.push(warn('disk', words('the free space is unknown', 'không rõ dung lượng trống'), FREE));
  else {
    const megabytes = Math.floor(space.available / MEGABYTE);
    const what = words(`${megabytes} MB free for ${settings.home}`, `còn trống ${megabytes} MB cho ${settings.home}`);
    if (space.available < NONE) findings.push(fail('disk', what, FREE));
    else findings.push(space.available < LITTLE ? warn('disk', what, FREE) : ok('disk', what));
  }
  if (existsSync(folder)) findings.push(writable(folder));
  return findings;
}

function writable(folder: string): Finding {
  const probe = join(folder, `doctor-${process.pid}.tmp`);
  try {
    writeFileSync(probe, 'x');
    return ok('folder', words(`${folder} can be written`, `ghi được vào ${folder}`));
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code ?? '?';
    const todo =
      why === 'EACCES' || why === 'EPERM'
        ? words(
            'Run the doctor as administrator; the service has its own rights.',
            'Hãy chạy doctor với quyền quản trị; dịch vụ có quyền riêng.',
          )
        : words('Check the disk: full, read-only or failing.', 'Hãy kiểm tra ổ đĩa: đầy, chỉ đọc hoặc sắp hỏng.');
    return (why === 'EACCES' || why === 'EPERM' ? warn : fail)(
      'folder',
      words(`${folder} cannot be written (${why})`, `không ghi được vào ${folder} (${why})`),
      todo,
    );
  } finally {
    rmSync(probe, { force: true });
  }
}

/** The outbox: what waits, what was dropped, whether its file is sound. Read from the running agent, else from the file itself. */
export async function checkOutbox({ folder, running, status, settings }: Context): Promise<readonly Finding[]> {
  const path = join(folder, 'outbox.db');
  const findings: Finding[] = [];
  if (running) {
    const { waiting, dropped, diskFull } = status!;
    const most = settings.outboxDays * 1440;
    findings.push(ok('outbox', words(`${waiting} messages wait, of at most ${most}`, `${waiting} bản tin chờ gửi, tối đa ${most}`)));
    if (diskFull)
      findings.push(
        fail(
          'outbox',
          words(
            'the disk takes no messages; the last ones wait in memory',
            'ổ đĩa không nhận thêm bản tin; các bản tin mới nhất đang ở bộ nhớ',
          ),
          FREE,
        ),
      );
    if (dropped > 0)
      findings.push(
        warn(
          'outbox',
          words(`${dropped} messages were dropped for want of room`, `${dropped} bản tin đã bị bỏ vì hết chỗ`),
          words(
            'They are declared to the server; check why it could not be reached for so long.',
            'Máy chủ đã được báo; hãy xem vì sao lâu không kết nối được.',
          ),
        ),
      );
  } else if (existsSync(path)) findings.push(soundness(path));
  const aside = existsSync(folder) ? readableNames(folder).filter((name) => /^outbox\.db\.corrupt-\d+$/.test(name)) : [];
  for (const name of aside)
    findings.push(
      warn(
        'outbox',
        words(`a damaged outbox was set aside: ${name}`, `hàng đợi hỏng đã được cất riêng: ${name}`),
        words(
          'The agent went on by itself. If this comes again, check the disk; the file may be removed.',
          'Tác nhân đã tự chạy tiếp. Nếu lặp lại, hãy kiểm tra ổ đĩa; có thể xóa tệp này.',
        ),
      ),
    );
  return findings;
}

function readableNames(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function soundness(path: string): Finding {
  try {
    accessSync(path, constants.R_OK);
    const file = new DatabaseSync(path, { readOnly: true });
    try {
      const { quick_check: verdict } = file.prepare('PRAGMA quick_check(1)').get() as { quick_check: string };
      if (verdict !== 'ok') throw Object.assign(new Error(verdict), { errcode: 11 });
      const { count } = file.prepare('SELECT count(*) AS count FROM message').get() as { count: number };
      return ok('outbox', words(`sound, ${count} messages wait`, `tốt, ${count} bản tin chờ gửi`));
    } finally {
      file.close();
    }
  } catch (error) {
    const failure = failureOf(error);
    if (failure === 'busy')
      return warn(
        'outbox',
        words('another program holds it', 'chương trình khác đang giữ'),
        words('Is an agent running?', 'Có phải tác nhân đang chạy?'),
      );
    if (failure === 'corrupt')
      return warn(
        'outbox',
        words('its file is damaged', 'tệp hàng đợi bị hỏng'),
        words(
          'The agent sets it aside at its next start and goes on by itself.',
          'Lần chạy tới tác nhân sẽ cất riêng tệp này và tự chạy tiếp.',
        ),
      );
    return warn(
      'outbox',
      plain((error as Error).message),
      words('Run the doctor as administrator.', 'Hãy chạy doctor với quyền quản trị.'),
    );
  }
}
