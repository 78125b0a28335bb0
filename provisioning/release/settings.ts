import { Type } from 'typebox';
import { VERSION_PATTERN } from '../../protocol/version.ts';
import { defineSettings } from '../../runtime/settings.ts';
import { jsonSetting, placeSettings } from '../group.ts';

const file = { schema: Type.String({ minLength: 1 }), optional: true, allowed: 'a file' } as const;
const version = { schema: Type.String({ pattern: VERSION_PATTERN }), allowed: 'a version such as 0.2.0' } as const;

export const keygenSettings = defineSettings({
  out: {
    ...file,
    help: {
      en: 'Where the private key goes; the public one beside it ends in .pub.',
      vi: 'Nơi ghi khóa bí mật; khóa công khai nằm cạnh đó, tên kết thúc bằng .pub.',
    },
  },
});

export const publishSettings = defineSettings({
  key: {
    ...file,
    help: {
      en: 'File with the private key; several separated by commas while keys change.',
      vi: 'Tệp khóa bí mật; khi đổi khóa có thể ghi nhiều tệp, cách nhau bằng dấu phẩy.',
    },
  },
  dir: {
    schema: Type.String({ minLength: 1 }),
    default: 'dist',
    help: {
      en: 'Folder with the executables; their names end in the platform: …-linux-x64, …-win-x64.exe.',
      vi: 'Thư mục chứa các tệp chạy; tên tệp kết thúc bằng nền tảng: …-linux-x64, …-win-x64.exe.',
    },
    allowed: 'a folder',
  },
  version: {
    ...version,
    optional: true,
    help: { en: 'What the executables say of themselves.', vi: 'Phiên bản mà các tệp chạy tự khai.' },
  },
  minimum: {
    ...version,
    default: '0.0.0',
    help: { en: 'Oldest version that can take this step.', vi: 'Phiên bản cũ nhất có thể nâng thẳng lên bản này.' },
  },
  nextKey: {
    ...file,
    help: {
      en: 'File with a public key that agents shall trust as well from this release on.',
      vi: 'Tệp khóa công khai mà các máy cũng sẽ tin từ bản này trở đi.',
    },
  },
  ...placeSettings,
});

export const ringSettings = defineSettings({
  percent: {
    schema: Type.Number({ minimum: 0, maximum: 100 }),
    optional: true,
    help: { en: 'How many of the machines get it: 0 to 100.', vi: 'Tỷ lệ máy được nhận bản này: từ 0 đến 100.' },
    allowed: 'a number from 0 to 100',
  },
  unit: {
    schema: Type.String({ minLength: 1 }),
    optional: true,
    help: {
      en: 'Only for this unit and below (code); without it for all. The nearest unit with a ring decides.',
      vi: 'Chỉ cho đơn vị này và cấp dưới (mã); không ghi là cho tất cả. Đơn vị gần máy nhất có khai tỷ lệ sẽ quyết định.',
    },
    allowed: 'the code of a unit',
  },
  ...placeSettings,
});

export const listSettings = defineSettings({ ...jsonSetting, ...placeSettings });
