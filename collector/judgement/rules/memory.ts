import type { Rule } from '../subject.ts';

const SATURATED = 95;

/** Memory full over a whole window, on a machine that runs now. */
export const memory: Rule = {
  name: 'memory',
  codes: ['memory-full'],
  check: ({ connection, state }) => {
    const used = state.metrics?.memory?.mean;
    if (connection !== 'online' || used === undefined || used < SATURATED) return undefined;
    return {
      code: 'memory-full',
      severity: 'notice',
      what: { vi: `Bộ nhớ gần như dùng hết (${Math.floor(used)}%).`, en: `Memory is almost used up (${Math.floor(used)}%).` },
      advice: {
        vi: 'Đóng bớt chương trình và thẻ trình duyệt; nếu hay xảy ra, máy cần thêm RAM.',
        en: 'Close programs and browser tabs; if it happens often, the machine needs more memory.',
      },
      since: null,
    };
  },
};
