import { METRICS, type MetricName } from '../../../protocol/catalogue.ts';
import type { ProbeHealth } from '../../core/probe-runner.ts';
import { PROBES } from '../../probes/index.ts';
import { NO_DATA_REASONS, type NoDataReason, type Platform, type Sample } from '../../probes/probe.ts';
import { look, type Seen } from '../once.ts';
import { bootText, factText, protectionSeen, protectionText, quantity, sessionText } from '../seen-text.ts';
import type { Context } from './context.ts';
import { type Finding, ok, warn, type Words, words } from './finding.ts';

const REASONS_VI: Readonly<Record<NoDataReason, string>> = {
  'first-sample': 'cần đo lần thứ hai',
  absent: 'máy này không có phần cứng, phần mềm hoặc dịch vụ đó',
  unsupported: 'hệ điều hành không cho biết',
  forbidden: 'không đủ quyền đọc',
  unreadable: 'đọc được nhưng không hiểu',
};

const list = (parts: readonly string[]): string => parts.filter(Boolean).join('; ');

/** What one probe saw, in one language. */
function seenBy(sample: Sample, language: 'en' | 'vi'): string {
  const { metrics, session, boot, inventory, security } = sample;
  const numbers = (Object.entries(metrics ?? {}) as [MetricName, number][]).map(
    ([name, value]) => `${METRICS[name].name[language]} ${quantity(name, value)}`,
  );
  return list([
    ...numbers,
    session === undefined ? '' : sessionText(session, language),
    boot === undefined ? '' : bootText(boot, language),
    ...Object.entries(inventory ?? {}).map(([key, value]) => `${key}: ${factText(value, language)}`),
    ...protectionSeen(security ?? {}, language),
  ]);
}

/** A probe as a line: what it sees, or why it sees nothing, and how long it takes. */
export function judgeProbe(health: ProbeHealth, sample: Sample | undefined): Finding {
  const { name, failing, lastError, noData, longestMs } = health;
  const line = (en: string, vi: string): Words =>
    words(`${name}: ${en} (${Math.round(longestMs)} ms)`, `${name}: ${vi} (${Math.round(longestMs)} ms)`);
  const todo = words(
    'The others are not touched by it. If it stays, send this line to whoever minds labwatch.',
    'Các bộ đo khác không bị ảnh hưởng. Nếu còn lặp lại, hãy gửi dòng này cho người phụ trách labwatch.',
  );
  if (failing) return warn('probe', line(lastError ?? 'it fails', lastError ?? 'bị lỗi'), todo);
  const reason =
    (Object.keys(noData) as NoDataReason[]).find((each) => each !== 'first-sample') ?? (Object.keys(noData)[0] as NoDataReason | undefined);
  if (sample !== undefined && Object.keys(sample).length > 0) {
    const [en, vi] = [seenBy(sample, 'en'), seenBy(sample, 'vi')];
    return ok('probe', line(en === '' ? 'nothing to tell' : en, vi === '' ? 'không có gì để báo' : vi));
  }
  if (reason === undefined) return ok('probe', line('unknown', 'không rõ'));
  const what = line(`unknown: ${NO_DATA_REASONS[reason]}`, `không rõ: ${REASONS_VI[reason]}`);
  if (reason === 'forbidden') return warn('probe', what, words('Run the doctor as administrator.', 'Hãy chạy doctor với quyền quản trị.'));
  return reason === 'unreadable' ? warn('probe', what, todo) : ok('probe', what);
}

/** The antivirus products, and whether one of them protects. */
export function judgeAntivirus(security: Seen['security']): Finding[] {
  const { antivirus } = security;
  const todo = words(
    'Switch its real-time protection on, or install one that has it.',
    'Hãy bật bảo vệ thời gian thực, hoặc cài phần mềm có tính năng này.',
  );
  if (antivirus === undefined)
    return [
      warn('antivirus', words('unknown', 'không rõ'), words('Run the doctor as administrator.', 'Hãy chạy doctor với quyền quản trị.')),
    ];
  if (antivirus.length === 0) return [warn('antivirus', words('none found', 'không thấy phần mềm nào'), todo)];
  const protects = antivirus.some(({ state, realtime }) => state === 'on' && realtime !== 'off');
  const [en, vi] = [protectionText(security, 'en'), protectionText(security, 'vi')];
  return en.map((line, index) => (protects ? ok : warn)('antivirus', words(line, vi[index]!), ...(protects ? [] : [todo])));
}

/** Asks every probe of this machine. */
export async function checkProbes({ settings }: Context, platform: Platform): Promise<readonly Finding[]> {
  const samples = new Map<string, Sample>();
  const { seat } = settings;
  const onSample = (name: string, sample: Sample): void => void samples.set(name, { ...samples.get(name), ...sample });
  const seen = await look({ platform, probes: PROBES, pauseMs: 1000, onSample, ...(seat === undefined ? {} : { seat }) });
  return [...seen.probes.map((health) => judgeProbe(health, samples.get(health.name))), ...judgeAntivirus(seen.security)];
}

/** What tells this machine from its neighbours; the values stay here. */
export async function checkHardware(platform: Platform): Promise<readonly Finding[]> {
  const { uuid, board, macs, disks } = await platform.fingerprint();
  const none = words('none that can be used', 'không có giá trị dùng được');
  const part = (name: Words, value: string | undefined): Finding =>
    ok('identity', words(`${name.en}: ${value ?? none.en}`, `${name.vi}: ${value ?? none.vi}`));
  const joined = (values: readonly string[]): string | undefined => (values.length === 0 ? undefined : values.join(', '));
  const parts = [
    part(words('machine', 'máy'), uuid),
    part(words('mainboard', 'bo mạch'), board),
    part(words('network cards', 'card mạng'), joined(macs)),
    part(words('disks', 'ổ đĩa'), joined(disks)),
  ];
  if (uuid !== undefined || board !== undefined || macs.length > 0 || disks.length > 0) return parts;
  return [
    ...parts,
    warn(
      'identity',
      words('nothing tells this machine from another', 'không có gì phân biệt máy này với máy khác'),
      words(
        'Run the doctor as administrator: serial numbers are not for everybody.',
        'Hãy chạy doctor với quyền quản trị: số sê-ri không cho mọi người đọc.',
      ),
    ),
  ];
}
