import { join } from 'node:path';
import { manifestText, type ReleaseFile } from '../../protocol/release.ts';
import { openHome } from '../../runtime/home.ts';
import { releaseFolder } from '../../runtime/release-files.ts';
import { provisioningFail } from '../errors.ts';
import { action, withLedger } from '../group.ts';
import { findExecutables, packInto } from './files.ts';
import { publicPem, readPublicKey, readSigningKey, signText } from './keys.ts';
import { publishSettings } from './settings.ts';

const MOST_KEYS = 4;

export const publish = action({
  name: 'publish',
  summary: {
    en: 'sign executables and put them into the store; nobody gets them until a ring is opened',
    vi: 'ký các tệp chạy và đưa vào kho; chưa máy nào nhận cho đến khi mở tỷ lệ',
  },
  words: [],
  settings: publishSettings,
  run: async ({ values, terminal }) => {
    for (const flag of ['key', 'version'] as const)
      if (values[flag] === undefined) throw provisioningFail('COMMAND_FLAG_MISSING', { command: 'release', flag });
    const keys = values.key!.split(',').map((path) => readSigningKey(path.trim()));
    if (keys.length > MOST_KEYS) throw provisioningFail('RELEASE_KEY', { path: values.key!, why: `more than ${MOST_KEYS} keys` });
    const nextKey = values.nextKey === undefined ? {} : { nextKey: publicPem(readPublicKey(values.nextKey)) };
    const executables = findExecutables(values.dir, values.version!);
    return withLedger(values.home, async (ledger) => {
      const version = values.version!;
      // Said before minutes are spent on packing.
      const known = (await ledger.releases.list()).some((release) => release.version === version);
      const store = openHome(releaseFolder(values.home));
      const files: ReleaseFile[] = [];
      for (const [platform, path] of known ? [] : executables) {
        if (terminal.interactive) terminal.note(terminal.language === 'vi' ? `Đang nén ${path} …` : `Packing ${path} …`);
        files.push(await packInto(store, platform, path));
      }
      const at = terminal.now();
      const manifest = manifestText({ v: 1, version, createdAt: at, minimum: values.minimum, files, ...nextKey });
      await ledger.releases.publish({ version, manifest, signatures: keys.map((key) => signText(manifest, key)), at });
      await ledger.audit.write({ at, who: 'cli', what: 'release-published', subject: version });
      for (const file of files) terminal.say(`${file.platform}  ${file.packed.size}  ${join(store, file.packed.sha256)}`);
      terminal.note(
        terminal.language === 'vi'
          ? `Bản ${version} đã sẵn sàng. Bắt đầu với ít máy: labwatch release ring ${version} --percent 10`
          : `Release ${version} is ready. Begin with a few machines: labwatch release ring ${version} --percent 10`,
      );
      return 0;
    });
  },
});
