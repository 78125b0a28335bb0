import type { Rule } from '../subject.ts';

const HOT = 90;

/** The mean of a whole window: a short peak under load is how a processor works. Only what runs now can be hot. */
export const heat: Rule = {
  name: 'heat',
  codes: ['hot'],
  check: ({ connection, state }) => {
    const degrees = state.metrics?.temperature?.mean;
    if (connection !== 'online' || degrees === undefined || degrees < HOT) return undefined;
    return {
      code: 'hot',
      severity: 'urgent',
      what: { vi: `Máy đang rất nóng (${Math.round(degrees)} °C).`, en: `The machine is very hot (${Math.round(degrees)} °C).` },
      advice: {
        vi: 'Tắt máy, lau bụi khe gió và kiểm tra quạt trước khi dùng tiếp.',
        en: 'Shut it down, clear dust from the vents and check the fan before using it again.',
      },
      since: null,
    };
  },
};
