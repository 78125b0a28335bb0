/**
 * One shape for every error a person can meet. Each program keeps a catalogue (`<program>/errors.ts`) of these and
 * docs/errors.md has an entry per code. Tests assert the code, never the wording.
 */
export interface ErrorEntry {
  /** What went wrong, in the user's words. `{name}` is replaced from the details. */
  readonly en: string;
  readonly vi: string;
  /** What to do about it. */
  readonly hint: { readonly en: string; readonly vi: string };
  /** Process exit code when this ends a program (sysexits.h: 78 configuration, 69 unavailable, 73 cannot create, 77 not permitted). */
  readonly exit: number;
}

export type ErrorCatalogue = Readonly<Record<string, ErrorEntry>>;
export type ErrorDetails = Readonly<Record<string, string | number>>;

function fill(text: string, details: ErrorDetails): string {
  // A detail may come from a file or the environment: whatever it holds, an error stays one line.
  return text.replace(/\{(\w+)\}/g, (whole, key: string) => String(details[key] ?? whole).replace(/\p{Cc}+/gu, ' '));
}

/** The first half of a line is written without a full stop, so that it can end in a name or a question. */
export const sentence = (text: string): string => (/[.?!…]$/.test(text) ? text : `${text}.`);

/** An error with a stable `code`, one plain line for a person and a hint. Never carries a secret. */
export class LabwatchError extends Error {
  readonly code: string;
  readonly details: ErrorDetails;
  readonly hint: string;
  readonly vi: string;
  readonly exit: number;

  constructor(code: string, entry: ErrorEntry, details: ErrorDetails = {}, cause?: unknown) {
    super(fill(entry.en, details), cause === undefined ? undefined : { cause });
    this.name = 'LabwatchError';
    this.code = code;
    this.details = details;
    this.hint = fill(entry.hint.en, details);
    this.vi = `${sentence(fill(entry.vi, details))} ${fill(entry.hint.vi, details)}`;
    this.exit = entry.exit;
  }

  /** The one line a user reads: `CODE: what. What to do.` */
  line(): string {
    return `${this.code}: ${sentence(this.message)} ${this.hint}`;
  }
}

/** Binds a catalogue to a maker, so that a program writes `fail('BROKER_PORT_IN_USE', { port })` and a wrong code does not compile. */
export function failWith<C extends ErrorCatalogue>(catalogue: C) {
  return (code: keyof C & string, details: ErrorDetails = {}, cause?: unknown): LabwatchError =>
    new LabwatchError(code, catalogue[code] as ErrorEntry, details, cause);
}

/** Errors that any program can meet while it starts. */
export const runtimeErrors = {
  CONFIG_UNKNOWN_KEY: {
    en: 'unknown setting "{key}" ({source}); did you mean "{near}"?',
    vi: 'không có thiết lập "{key}" ({source}); có phải là "{near}"?',
    hint: { en: 'Allowed here: {allowed}.', vi: 'Các thiết lập dùng được: {allowed}.' },
    exit: 78,
  },
  CONFIG_BAD_VALUE: {
    en: 'setting {key} = "{value}" ({source}) is not allowed',
    vi: 'thiết lập {key} = "{value}" ({source}) không hợp lệ',
    hint: { en: 'It takes {allowed}.', vi: 'Giá trị cho phép: {allowed}.' },
    exit: 78,
  },
  CONFIG_MISSING: {
    en: 'setting {key} is missing',
    vi: 'thiếu thiết lập {key}',
    hint: { en: 'Give --{flag} or set {env}.', vi: 'Hãy thêm --{flag} hoặc đặt biến {env}.' },
    exit: 78,
  },
  CONFIG_SECRET_FLAG: {
    en: 'the secret --{flag} is not taken from the command line, where every user of the machine could read it',
    vi: 'không nhận bí mật --{flag} trên dòng lệnh, vì mọi người dùng của máy đều đọc được',
    hint: { en: 'Set {env} or write it into the configuration file.', vi: 'Hãy đặt biến {env} hoặc ghi vào tệp cấu hình.' },
    exit: 78,
  },
  CONFIG_FILE: {
    en: 'the configuration file {file} cannot be read: {why}',
    vi: 'không đọc được tệp cấu hình {file}: {why}',
    hint: { en: 'Mend the file or point --config elsewhere.', vi: 'Hãy sửa tệp hoặc dùng --config trỏ tới tệp khác.' },
    exit: 78,
  },
  CONFIG_EXTRA_WORD: {
    en: 'unexpected word "{word}"',
    vi: 'không hiểu từ "{word}"',
    hint: { en: 'See --help.', vi: 'Xem --help.' },
    exit: 78,
  },
  HOME_UNWRITABLE: {
    en: 'the data folder {path} cannot be written ({why})',
    vi: 'không ghi được vào thư mục dữ liệu {path} ({why})',
    hint: {
      en: 'Choose another with --home or LABWATCH_HOME, or give this user the right to write there.',
      vi: 'Hãy chọn thư mục khác bằng --home hoặc LABWATCH_HOME, hoặc cấp quyền ghi cho người dùng này.',
    },
    exit: 73,
  },
  PORT_IN_USE: {
    en: 'port {port} on {host} is already used by another program',
    vi: 'cổng {port} trên {host} đang được chương trình khác dùng',
    hint: {
      en: 'Stop that program or choose another port with --{flag}.',
      vi: 'Hãy dừng chương trình đó hoặc chọn cổng khác bằng --{flag}.',
    },
    exit: 69,
  },
  PORT_FORBIDDEN: {
    en: 'port {port} on {host} cannot be opened ({why})',
    vi: 'không mở được cổng {port} trên {host} ({why})',
    hint: { en: 'Choose another address or port with --{flag}.', vi: 'Hãy chọn địa chỉ hoặc cổng khác bằng --{flag}.' },
    exit: 77,
  },
} as const satisfies ErrorCatalogue;

export const runtimeFail = failWith(runtimeErrors);

/** Turns what `listen()` throws into a plain error; anything else is returned as it is. */
export function listenError(error: unknown, at: { host: string; port: number; flag: string }): unknown {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'EADDRINUSE') return runtimeFail('PORT_IN_USE', at, error);
  if (code === 'EACCES' || code === 'EADDRNOTAVAIL') return runtimeFail('PORT_FORBIDDEN', { ...at, why: code }, error);
  return error;
}
