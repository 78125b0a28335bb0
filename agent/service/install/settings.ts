import { Type } from 'typebox';
import { commonSettings } from '../../../runtime/common-settings.ts';
import { defineSettings, settingsHelp, type Values } from '../../../runtime/settings.ts';
import { agentSettings } from '../../settings.ts';

const { server, ca, token, tokenFile, seat, insecurePlain, releaseKey } = agentSettings;

const dryRun = {
  schema: Type.Boolean(),
  default: false,
  help: { en: 'Only say what would be done.', vi: 'Chỉ in ra những việc sẽ làm.' },
  allowed: 'true or false',
} as const;

const root = {
  schema: Type.String({ minLength: 1 }),
  default: '/',
  help: { en: 'Linux: put everything below this folder (a mounted image).', vi: 'Linux: cài vào thư mục này (ảnh đĩa đã gắn).' },
  allowed: 'a folder',
} as const;

/** What `agent install` takes. What is not given stays as it is on this machine, or comes from the files beside the installer. */
export const installSettings = defineSettings({
  server,
  ca,
  token,
  tokenFile,
  seat,
  releaseKey,
  insecurePlain: { ...insecurePlain, default: undefined, optional: true },
  home: { ...commonSettings.home, default: undefined, optional: true },
  from: {
    schema: Type.String({ minLength: 1 }),
    optional: true,
    help: {
      en: 'Folder with labwatch-token.txt, ca.crt, release-key.pem and labwatch-agent.toml (a USB stick). The folder of the program when absent.',
      vi: 'Thư mục có labwatch-token.txt, ca.crt, release-key.pem và labwatch-agent.toml (ổ USB). Mặc định là thư mục của chương trình.',
    },
    allowed: 'a folder',
  },
  image: {
    schema: Type.Boolean(),
    default: false,
    help: {
      en: 'For a golden image: installs, but enrols only when a copy of the image starts.',
      vi: 'Dùng cho ảnh đĩa mẫu: cài sẵn, chỉ ghi danh khi máy nhân bản khởi động.',
    },
    allowed: 'true or false',
  },
  task: {
    schema: Type.Boolean(),
    default: false,
    help: {
      en: 'Windows: let the Task Scheduler start the agent, where services are not allowed.',
      vi: 'Windows: dùng Task Scheduler để chạy tác nhân, khi không được tạo dịch vụ.',
    },
    allowed: 'true or false',
  },
  waitSeconds: {
    schema: Type.Integer({ minimum: 0, maximum: 3600 }),
    default: 60,
    help: { en: 'How long to wait for the enrolment.', vi: 'Số giây chờ ghi danh xong.' },
    allowed: 'a number from 0 to 3600',
  },
  dryRun,
  root,
});
export type InstallSettings = Values<typeof installSettings>;

export const uninstallSettings = defineSettings({
  purge: {
    schema: Type.Boolean(),
    default: false,
    help: { en: 'Remove the data too: id, reports that wait.', vi: 'Xóa cả dữ liệu: mã thiết bị, báo cáo chưa gửi.' },
    allowed: 'true or false',
  },
  dryRun,
  root,
});

/** The options that only installing and uninstalling take, for `--help`. */
export function installHelp(language: 'en' | 'vi'): string {
  const { from, image, task, waitSeconds, home } = installSettings;
  return settingsHelp({ from, image, task, waitSeconds, home, ...uninstallSettings }, language);
}
