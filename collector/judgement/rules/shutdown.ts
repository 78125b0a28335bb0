import type { Rule } from '../subject.ts';

/** A day is enough to see it; a machine that is cut off every day shows it every day. */
const SHOWN_MS = 86_400_000;

/** Why the run before this one ended, as the agent found out at its start. */
export const shutdown: Rule = {
  name: 'shutdown',
  codes: ['unclean-shutdown', 'agent-crashed'],
  check: ({ state, now }) => {
    const end = state.birth?.end;
    if (state.birthAt === null || now - state.birthAt > SHOWN_MS) return undefined;
    if (end === 'power') {
      return {
        code: 'unclean-shutdown',
        severity: 'notice',
        what: { vi: 'Lần trước máy bị ngắt điện đột ngột.', en: 'The last time, the machine lost power suddenly.' },
        advice: {
          vi: 'Tắt máy bằng lệnh Shut down trước khi ngắt cầu dao; ngắt điện đột ngột dễ hỏng ổ đĩa.',
          en: 'Shut down before the mains is cut; a sudden loss of power can damage the disk.',
        },
        since: state.birthAt,
      };
    }
    if (end !== 'crash') return undefined;
    return {
      code: 'agent-crashed',
      severity: 'notice',
      what: {
        vi: 'Phần mềm giám sát trên máy đã bị dừng đột ngột và tự chạy lại.',
        en: 'The agent on the machine stopped suddenly and started again.',
      },
      advice: {
        vi: 'Chưa cần làm gì; nếu lặp lại nhiều lần, hãy báo người quản trị.',
        en: 'Nothing to do yet; if it happens again and again, tell an administrator.',
      },
      since: state.birthAt,
    };
  },
};
