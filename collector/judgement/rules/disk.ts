import type { Rule } from '../subject.ts';

const NEARLY_FULL = 90;
const FULL = 97;

/** The system disk. A disk does not empty itself while the machine is off, so the last reading stands. */
export const disk: Rule = {
  name: 'disk',
  codes: ['disk-full', 'disk-nearly-full'],
  check: ({ state }) => {
    const used = state.metrics?.disk;
    if (used === undefined || used < NEARLY_FULL) return undefined;
    const full = used >= FULL;
    return {
      code: full ? 'disk-full' : 'disk-nearly-full',
      severity: full ? 'urgent' : 'warning',
      what: full
        ? { vi: `Ổ đĩa hệ thống đã đầy (${Math.floor(used)}%).`, en: `The system disk is full (${Math.floor(used)}%).` }
        : { vi: `Ổ đĩa hệ thống sắp đầy (${Math.floor(used)}%).`, en: `The system disk is nearly full (${Math.floor(used)}%).` },
      advice: {
        vi: 'Xoá bớt tệp không dùng, dọn thùng rác và thư mục tải về.',
        en: 'Delete files nobody needs, and empty the bin and the downloads folder.',
      },
      since: null,
    };
  },
};
