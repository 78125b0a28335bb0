import type { Rule } from '../subject.ts';

/** Reports the agent had to drop for want of room, as it counted them itself. */
export const dropped: Rule = {
  name: 'dropped',
  codes: ['reports-dropped'],
  check: ({ state }) => {
    const count = state.birth?.dropped;
    if (count === undefined || count === 0) return undefined;
    return {
      code: 'reports-dropped',
      severity: 'warning',
      what: {
        vi: `Máy đã phải bỏ ${count} báo cáo vì mất mạng quá lâu.`,
        en: `The machine had to drop ${count} reports: it was cut off for too long.`,
      },
      advice: {
        vi: 'Kiểm tra mạng của máy; số liệu của những ngày mất mạng bị thiếu.',
        en: 'Check its network; figures for the days it was cut off are incomplete.',
      },
      since: state.birthAt,
    };
  },
};
