import type { AntivirusVerdict, AntivirusView } from '../antivirus.ts';
import { STALE_DAYS } from '../antivirus.ts';
import type { Rule, Subject, Trouble } from '../subject.ts';

const DAY_MS = 86_400_000;

/** Screens and projectors run no antivirus of their own. */
const WITHOUT = new Set(['tv', 'projector']);

type Told = Exclude<AntivirusVerdict, 'protected' | 'unknown'>;
type Teller = (view: AntivirusView, subject: Subject) => Omit<Trouble, 'code'>;

const name = (view: AntivirusView) => view.product ?? '';

/** It has nothing to compare files with, whether it runs or not. */
const withoutDefinitions: Teller = (view) => ({
  severity: 'urgent',
  what: {
    vi: `${name(view)} chưa có dữ liệu nhận diện virus nên chưa bảo vệ được máy.`,
    en: `${name(view)} has no virus definitions yet, so it protects nothing.`,
  },
  advice: {
    vi: `Nối máy với Internet rồi cập nhật ${name(view)}; với ClamAV, kiểm tra dịch vụ freshclam.`,
    en: `Connect the machine to the Internet and update ${name(view)}; with ClamAV, check the freshclam service.`,
  },
  since: null,
});

/** How old, where that is known; else only that the product says so itself. */
const staleWords = (view: AntivirusView): Trouble['what'] =>
  view.definitionsAgeDays === null
    ? { vi: `Dữ liệu nhận diện virus của ${name(view)} đã cũ.`, en: `The virus definitions of ${name(view)} are out of date.` }
    : {
        vi: `Dữ liệu nhận diện virus của ${name(view)} đã cũ ${view.definitionsAgeDays} ngày.`,
        en: `The virus definitions of ${name(view)} are ${view.definitionsAgeDays} days old.`,
      };

/** One text per verdict that is wrong. */
const TELLERS: Readonly<Record<Told, Teller>> = {
  none: () => ({
    severity: 'urgent',
    what: { vi: 'Máy chưa có phần mềm diệt virus.', en: 'There is no antivirus on this machine.' },
    advice: {
      vi: 'Cài phần mềm diệt virus, hoặc bật lại Microsoft Defender nếu máy dùng Windows.',
      en: 'Install an antivirus, or switch Microsoft Defender on again if this is Windows.',
    },
    since: null,
  }),
  off: (view) => ({
    severity: 'urgent',
    what: { vi: `Phần mềm diệt virus ${name(view)} đang tắt.`, en: `The antivirus ${name(view)} is switched off.` },
    advice: {
      vi: `Mở ${name(view)} và bật lại chế độ bảo vệ.`,
      en: `Open ${name(view)} and switch protection on again.`,
    },
    since: null,
  }),
  expired: (view) => ({
    severity: 'urgent',
    what: { vi: `Bản quyền của ${name(view)} đã hết hạn.`, en: `The licence of ${name(view)} has expired.` },
    advice: {
      vi: 'Gia hạn bản quyền, hoặc gỡ phần mềm này để Windows tự bật Microsoft Defender.',
      en: 'Renew the licence, or remove the product so that Windows switches Microsoft Defender on.',
    },
    since: null,
  }),
  stale: (view) => ({
    severity: 'warning',
    what: staleWords(view),
    advice: {
      vi: `Nối máy với Internet, mở ${name(view)} và bấm Cập nhật.`,
      en: `Connect the machine to the Internet, open ${name(view)} and choose Update.`,
    },
    since: view.definitionsAt === null ? null : view.definitionsAt + STALE_DAYS * DAY_MS,
  }),
  'on-demand': (view) => ({
    severity: 'notice',
    what: {
      vi: `${name(view)} chỉ quét khi có người bấm quét, không canh thường trực.`,
      en: `${name(view)} only scans when it is told to; it does not watch all the time.`,
    },
    advice: {
      vi: `Bật chế độ bảo vệ thời gian thực của ${name(view)}; nếu không có, hãy quét máy mỗi tuần.`,
      en: `Switch on the real-time protection of ${name(view)}; if it has none, scan the machine every week.`,
    },
    since: null,
  }),
};

/** What the antivirus verdict means for a person. */
export const antivirus: Rule = {
  name: 'antivirus',
  codes: ['antivirus-none', 'antivirus-off', 'antivirus-expired', 'antivirus-stale', 'antivirus-on-demand'],
  check: (subject) => {
    const { verdict } = subject.antivirus;
    if (verdict === 'protected' || verdict === 'unknown' || WITHOUT.has(subject.device.class)) return undefined;
    const empty = subject.antivirus.freshness === 'none' && (verdict === 'off' || verdict === 'stale');
    const tell = empty ? withoutDefinitions : TELLERS[verdict];
    return { code: `antivirus-${verdict}`, ...tell(subject.antivirus, subject) };
  },
};
