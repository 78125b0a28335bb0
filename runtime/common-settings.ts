import { Type } from 'typebox';
import { defineSettings } from './settings.ts';

/** A setting for a TCP port; 0 lets the system choose (used by tests). */
export function portSetting(port: number, en: string, vi: string) {
  return {
    schema: Type.Integer({ minimum: 0, maximum: 65535 }),
    default: port,
    help: { en, vi },
    allowed: 'a port from 0 to 65535',
  } as const;
}

/** What every program understands. */
export const commonSettings = defineSettings({
  home: {
    schema: Type.String({ minLength: 1 }),
    default: '.labwatch',
    help: { en: 'Data folder.', vi: 'Thư mục dữ liệu.' },
    allowed: 'a folder this user can write to',
  },
  config: {
    schema: Type.String({ minLength: 1 }),
    optional: true,
    help: { en: 'Configuration file (TOML).', vi: 'Tệp cấu hình (TOML).' },
    allowed: 'a file',
  },
  logLevel: {
    schema: Type.Union([Type.Literal('debug'), Type.Literal('info'), Type.Literal('warn'), Type.Literal('error'), Type.Literal('silent')]),
    default: 'info',
    help: { en: 'How much to log.', vi: 'Mức ghi nhật ký.' },
    allowed: 'debug, info, warn, error or silent',
  },
  logFormat: {
    schema: Type.Union([Type.Literal('auto'), Type.Literal('json'), Type.Literal('pretty')]),
    default: 'auto',
    help: { en: 'Log as JSON lines or as text.', vi: 'Nhật ký dạng JSON hay dạng chữ.' },
    allowed: 'auto, json or pretty',
  },
});
