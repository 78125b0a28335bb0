import type { Inventory, Instant } from '../../../ledger/index.ts';
import type { Rule, Subject, Trouble } from '../subject.ts';

/** A counter that rose and then stood still for this long is an old wound. */
const RISEN_MS = 60 * 86_400_000;

type Disk = Inventory['disks'][number];

const name = (disk: Disk): string => {
  const model = (disk.model ?? '').slice(0, 40);
  return disk.serial === undefined ? model : `${model} (S/N ${disk.serial.slice(0, 24)})`.trim();
};

/** When one of its counters last rose, if that is not long ago. */
function roseAt({ state, now }: Subject, disk: Disk): Instant | undefined {
  const at = state.hardware?.trends[disk.serial ?? '']?.roseAt;
  return at !== undefined && now - at <= RISEN_MS ? at : undefined;
}

const SAVE: Trouble['advice'] = {
  vi: 'Sao lưu dữ liệu ngay và thay ổ đĩa.',
  en: 'Save what is on it now and replace the disk.',
};

/**
 * failing: the disk says so itself. At risk: its spare blocks or planned life run out, or a counter of bad sectors rises (a value
 * that stands still is no sign: 4 % of healthy disks have one).
 */
export const diskHealth: Rule = {
  name: 'disk-health',
  codes: ['disk-failing', 'disk-at-risk'],
  check: (subject) => {
    const disks = subject.state.inventory?.disks.filter((disk) => disk.health !== undefined) ?? [];
    const failing = disks.find((disk) => disk.health?.state === 'failing');
    if (failing !== undefined) {
      return {
        code: 'disk-failing',
        severity: 'urgent',
        what: { vi: `Ổ đĩa ${name(failing)} báo sắp hỏng.`, en: `The disk ${name(failing)} says that it is about to fail.` },
        advice: SAVE,
        since: subject.state.inventoryAt,
      };
    }
    const risky = disks.find((disk) => disk.health?.state === 'at_risk' || roseAt(subject, disk) !== undefined);
    if (risky === undefined) return undefined;
    const rose = roseAt(subject, risky);
    return {
      code: 'disk-at-risk',
      severity: 'warning',
      what:
        rose === undefined
          ? { vi: `Ổ đĩa ${name(risky)} đã gần hết tuổi thọ.`, en: `The disk ${name(risky)} is near the end of its life.` }
          : { vi: `Ổ đĩa ${name(risky)} đang có thêm lỗi.`, en: `The disk ${name(risky)} has more and more errors.` },
      advice: {
        vi: 'Sao lưu dữ liệu và chuẩn bị ổ đĩa thay thế.',
        en: 'Save what is on it and have another disk ready.',
      },
      since: rose ?? null,
    };
  },
};
