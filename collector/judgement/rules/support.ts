import type { Rule } from '../subject.ts';

/** Support lasts to the end of the day in the westernmost zone; twelve hours settle no argument worth having. */
function endOf(day: string): number | undefined {
  const start = Date.parse(`${day}T00:00:00Z`);
  return Number.isNaN(start) ? undefined : start + 86_400_000;
}

/** The operating system gets no more security updates. */
export const support: Rule = {
  name: 'support',
  codes: ['os-unsupported'],
  check: ({ state, now }) => {
    const day = state.security?.endOfSupport ?? state.inventory?.os.endOfSupport;
    const end = day === undefined ? undefined : endOf(day);
    if (end === undefined || now < end) return undefined;
    const name = state.inventory?.os.name ?? state.birth?.os.name;
    return {
      code: 'os-unsupported',
      severity: 'warning',
      what: {
        vi: `${name ?? 'Hệ điều hành'} không còn được cập nhật bảo mật.`,
        en: `${name ?? 'The operating system'} gets no more security updates.`,
      },
      advice: {
        vi: 'Nâng cấp hệ điều hành; nếu máy không đủ cấu hình, hãy đưa vào kế hoạch thay thế.',
        en: 'Upgrade the operating system; if the machine is too weak for that, plan its replacement.',
      },
      since: end,
    };
  },
};
