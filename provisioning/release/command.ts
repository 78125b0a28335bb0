import type { Ledger, Release, ReleaseState, UnitPlace } from '../../ledger/index.ts';
import type { ReleaseManifest } from '../../protocol/release.ts';
import type { Command } from '../../runtime/command.ts';
import { provisioningFail } from '../errors.ts';
import { action, group, placeSettings, withLedger } from '../group.ts';
import { rfc3339, table, when } from '../table.ts';
import type { Terminal } from '../terminal.ts';
import { unitByCode } from '../token/command.ts';
import { makeKey } from './keys.ts';
import { publish } from './publish.ts';
import { keygenSettings, listSettings, ringSettings } from './settings.ts';

async function releaseByVersion(ledger: Ledger, version: string): Promise<Release> {
  const release = (await ledger.releases.list()).find((each) => each.version === version);
  if (release === undefined) throw provisioningFail('RELEASE_NOT_FOUND', { version });
  return release;
}

const keygen = action({
  name: 'keygen',
  summary: { en: 'make the pair of keys with which releases are signed', vi: 'tạo cặp khóa dùng để ký các bản phát hành' },
  words: [],
  settings: keygenSettings,
  run: async ({ values, terminal }) => {
    const path = values.out ?? 'release-key.pem';
    const { publicPath, pem } = makeKey(path);
    terminal.say(pem.trimEnd());
    terminal.note(
      terminal.language === 'vi'
        ? `Khóa bí mật: ${path} (giữ kín, để ngoài máy chủ, sao lưu). Khóa công khai ${publicPath} đi cùng bộ cài: --release-key.`
        : `Private key: ${path} (keep it secret, away from the server, and in a backup). The public one, ${publicPath}, goes with the installer: --release-key.`,
    );
    return 0;
  },
});

const ring = action({
  name: 'ring',
  summary: { en: 'say how many machines get a release', vi: 'đặt tỷ lệ máy được nhận một bản phát hành' },
  words: ['<version>'],
  settings: ringSettings,
  run: ({ values, words, terminal }) =>
    withLedger(values.home, async (ledger) => {
      const { percent } = values;
      if (percent === undefined) throw provisioningFail('COMMAND_FLAG_MISSING', { command: 'release', flag: 'percent' });
      const release = await releaseByVersion(ledger, words[0]!);
      const unit = values.unit === undefined ? undefined : await unitByCode(ledger, values.unit);
      const at = terminal.now();
      await ledger.releases.setStep(release.id, { unit: unit?.id ?? null, percent }, at);
      await ledger.audit.write({ at, who: 'cli', what: `release-ring:${percent}%:${unit?.code ?? '*'}`, subject: release.version });
      const vi = terminal.language === 'vi';
      const where = unit?.name ?? (vi ? 'tất cả đơn vị' : 'all units');
      terminal.say(
        vi ? `Bản ${release.version}: ${percent} % số máy của ${where}.` : `${release.version}: ${percent} % of the machines of ${where}.`,
      );
      return 0;
    }),
});

const stateAction = (name: string, state: ReleaseState, summary: { en: string; vi: string }, done: { en: string; vi: string }) =>
  action({
    name,
    summary,
    words: ['<version>'],
    settings: placeSettings,
    run: ({ values, words, terminal }) =>
      withLedger(values.home, async (ledger) => {
        const release = await releaseByVersion(ledger, words[0]!);
        const at = terminal.now();
        await ledger.releases.setState(release.id, state);
        await ledger.audit.write({ at, who: 'cli', what: `release-${state}`, subject: release.version });
        terminal.say(`${release.version}: ${done[terminal.language]}`);
        return 0;
      }),
  });

const pause = stateAction(
  'pause',
  'paused',
  { en: 'a release is offered to nobody for now', vi: 'tạm ngừng đưa một bản phát hành cho các máy' },
  { en: 'paused', vi: 'đã tạm ngừng' },
);
const resume = stateAction(
  'resume',
  'active',
  { en: 'a paused release is offered again', vi: 'tiếp tục đưa một bản phát hành' },
  { en: 'offered again', vi: 'đang tiếp tục' },
);

const retry = action({
  name: 'retry',
  summary: {
    en: 'forget that a device is frozen or that a release failed on it',
    vi: 'bỏ ghi nhận một máy bị đóng băng hoặc cập nhật hỏng, để thử lại',
  },
  words: ['<device>'],
  settings: placeSettings,
  run: ({ values, words, terminal }) =>
    withLedger(values.home, async (ledger) => {
      const device = words[0]!;
      if (!(await ledger.releases.forgetUpdate(device))) throw provisioningFail('RELEASE_DEVICE', { id: device });
      await ledger.audit.write({ at: terminal.now(), who: 'cli', what: 'release-retry', subject: device });
      terminal.say(terminal.language === 'vi' ? `Máy ${device} sẽ được thử lại.` : `Device ${device} is tried again.`);
      return 0;
    }),
});

const ringsText = (release: Release, places: ReadonlyMap<string, UnitPlace>): string =>
  release.steps.length === 0
    ? '-'
    : release.steps.map(({ unit, percent }) => `${unit === null ? '*' : (places.get(unit)?.code ?? '?')} ${percent} %`).join(', ');

const list = action({
  name: 'list',
  summary: { en: 'show the releases and how many devices run them', vi: 'liệt kê các bản phát hành và số máy đang chạy' },
  words: [],
  settings: listSettings,
  run: ({ values, terminal }) =>
    withLedger(values.home, async (ledger) => {
      const places = new Map((await ledger.units.list()).map((place) => [place.id, place]));
      const updates = await ledger.releases.updates();
      const rows = (await ledger.releases.list()).map((release) => ({
        release,
        platforms: (JSON.parse(release.manifest) as ReleaseManifest).files.map(({ platform }) => platform),
        running: updates.filter(({ version }) => version === release.version).length,
        failed: updates.filter(({ failed }) => failed.includes(release.version)).length,
      }));
      const { language } = terminal;
      if (values.json) {
        const items = rows.map(({ release, ...more }) => ({
          version: release.version,
          state: release.state,
          publishedAt: rfc3339(release.publishedAt),
          rings: release.steps.map(({ unit, percent }) => ({ unit: unit === null ? null : (places.get(unit)?.code ?? null), percent })),
          ...more,
        }));
        terminal.say(JSON.stringify(items));
        return 0;
      }
      const header =
        language === 'vi'
          ? ['PHIÊN BẢN', 'TRẠNG THÁI', 'PHÁT HÀNH', 'NỀN TẢNG', 'TỶ LỆ', 'ĐANG CHẠY', 'ĐÃ QUAY LẠI']
          : ['VERSION', 'STATE', 'PUBLISHED', 'PLATFORMS', 'RINGS', 'RUNNING', 'WENT BACK'];
      const states = language === 'vi' ? { active: 'đang đưa', paused: 'tạm ngừng' } : { active: 'offered', paused: 'paused' };
      const lines = rows.map(({ release, platforms, running, failed }) => [
        release.version,
        states[release.state],
        when(release.publishedAt),
        platforms.join(' '),
        ringsText(release, places),
        String(running),
        String(failed),
      ]);
      terminal.say(table(header, lines));
      return 0;
    }),
});

const stuck = action({
  name: 'stuck',
  summary: {
    en: 'show devices that do not get further: frozen disks, and those that went back',
    vi: 'liệt kê các máy không lên được bản mới: ổ đĩa bị đóng băng hoặc đã quay lại bản cũ',
  },
  words: [],
  settings: listSettings,
  run: ({ values, terminal }) =>
    withLedger(values.home, async (ledger) => {
      const found = (await ledger.releases.updates()).filter(({ frozenAt, failed }) => frozenAt !== null || failed.length > 0);
      if (values.json) {
        const items = found.map(({ device, version, frozenAt, failed, askedAt }) => ({
          device,
          version,
          frozen: frozenAt !== null,
          failed,
          askedAt: rfc3339(askedAt),
        }));
        terminal.say(JSON.stringify(items));
        return 0;
      }
      const vi = terminal.language === 'vi';
      const header = vi ? ['MÁY', 'TÊN', 'PHIÊN BẢN', 'LÝ DO', 'HỎI LẦN CUỐI'] : ['DEVICE', 'NAME', 'VERSION', 'WHY', 'LAST ASKED'];
      const lines: string[][] = [];
      for (const { device, version, frozenAt, failed, askedAt } of found) {
        const back = vi ? `đã quay lại từ ${failed.join(', ')}` : `went back from ${failed.join(', ')}`;
        const why = frozenAt === null ? back : vi ? 'ổ đĩa bị đóng băng: hãy cập nhật trong ảnh gốc' : 'frozen disk: update its image';
        lines.push([device, (await ledger.devices.byId(device))?.name ?? '-', version, why, when(askedAt)]);
      }
      terminal.say(table(header, lines));
      return 0;
    }),
});

/** `labwatch release …` */
export const releaseCommand = (terminal: Terminal): Command =>
  group(
    {
      name: 'release',
      summary: { en: 'new versions of the agent and who gets them', vi: 'các phiên bản mới của tác nhân và máy nào được nhận' },
      about: {
        en: 'Releases are signed with a key that is not on the server. A release goes to nobody until a ring is opened; widen it step by step.',
        vi: 'Bản phát hành được ký bằng khóa không nằm trên máy chủ. Chưa mở tỷ lệ thì chưa máy nào nhận; hãy mở rộng dần từng bước.',
      },
      actions: [keygen, publish, list, ring, pause, resume, stuck, retry],
    },
    terminal,
  );
