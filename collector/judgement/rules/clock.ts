import type { Rule } from '../subject.ts';

/** The collector corrects minutes when the clock is further out than this, and says so. */
const WRONG_MS = 90_000;

/** How far, in the largest unit that says it well. */
function amount(ms: number): { vi: string; en: string } {
  const minutes = Math.round(ms / 60_000);
  if (minutes < 120) return { vi: `${minutes} phút`, en: `${minutes} minutes` };
  const hours = Math.round(minutes / 60);
  if (hours < 48) return { vi: `${hours} giờ`, en: `${hours} hours` };
  const days = Math.round(hours / 24);
  return { vi: `${days} ngày`, en: `${days} days` };
}

export const clock: Rule = {
  name: 'clock',
  codes: ['clock-wrong'],
  check: ({ state }) => {
    if (state.skew === null || Math.abs(state.skew) <= WRONG_MS) return undefined;
    const by = amount(Math.abs(state.skew));
    const fast = state.skew > 0;
    return {
      code: 'clock-wrong',
      severity: 'warning',
      what: {
        vi: `Đồng hồ của máy chạy ${fast ? 'nhanh' : 'chậm'} ${by.vi}.`,
        en: `The clock of the machine is ${by.en} ${fast ? 'fast' : 'slow'}.`,
      },
      advice: {
        vi: 'Chỉnh lại giờ và bật tự đồng bộ giờ; nếu tắt máy rồi lại sai, hãy thay pin CMOS trên bo mạch chủ.',
        en: 'Set the clock and switch on time synchronisation; if it is wrong again after a shutdown, replace the CMOS battery on the main board.',
      },
      since: null,
    };
  },
};
