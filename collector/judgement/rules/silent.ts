import { SILENCE_MS } from '../connection.ts';
import type { Rule } from '../subject.ts';

/** No clean stop, and nothing heard for more than 10 minutes. */
export const silent: Rule = {
  name: 'silent',
  codes: ['silent'],
  check: ({ connection, state, now }) => {
    if (connection !== 'silent' || state.lastSeen === null || now - state.lastSeen <= SILENCE_MS) return undefined;
    return {
      code: 'silent',
      severity: 'warning',
      what: {
        vi: 'Máy mất liên lạc mà không được tắt đúng cách.',
        en: 'The machine went silent without being shut down properly.',
      },
      advice: {
        vi: 'Kiểm tra nguồn điện, dây mạng hoặc Wi-Fi của máy rồi bật lại máy.',
        en: 'Check its power, network cable or Wi-Fi, then switch it on again.',
      },
      since: state.lastSeen,
    };
  },
};
