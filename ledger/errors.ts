import { failWith, LabwatchError, type ErrorCatalogue } from '../runtime/errors.ts';

/** Errors of the ledger that a person can meet. Anything else it throws is a defect. */
export const ledgerErrors = {
  LEDGER_NEWER: {
    en: 'the ledger in {path} was written by a newer labwatch (it knows "{name}")',
    vi: 'sổ cái trong {path} do một bản labwatch mới hơn ghi (có "{name}")',
    hint: { en: 'Install that version or a later one; nothing was changed.', vi: 'Hãy cài bản đó hoặc mới hơn; dữ liệu chưa bị thay đổi.' },
    exit: 78,
  },
  LEDGER_NOT_A_LEDGER: {
    en: 'the file {path} is not a labwatch ledger or is damaged ({why})',
    vi: 'tệp {path} không phải sổ cái labwatch hoặc đã hỏng ({why})',
    hint: { en: 'Put it aside and restore it from a backup.', vi: 'Hãy để riêng tệp này ra và khôi phục từ bản sao lưu.' },
    exit: 78,
  },
  LEDGER_CANNOT_OPEN: {
    en: 'the ledger {path} cannot be opened ({why})',
    vi: 'không mở được sổ cái {path} ({why})',
    hint: { en: 'Give this user the right to read and write it.', vi: 'Hãy cấp quyền đọc và ghi cho người dùng này.' },
    exit: 73,
  },
  LEDGER_DISK_FULL: {
    en: 'the ledger cannot grow: the disk is full',
    vi: 'không ghi thêm được vào sổ cái: ổ đĩa đã đầy',
    hint: { en: 'Free some space; nothing half-written was kept.', vi: 'Hãy giải phóng dung lượng; không có gì bị ghi dở.' },
    exit: 73,
  },
  LEDGER_READ_ONLY: {
    en: 'the ledger cannot be written: it is read-only',
    vi: 'không ghi được vào sổ cái: sổ cái chỉ cho đọc',
    hint: {
      en: 'Make the data folder and its disk writable for this user.',
      vi: 'Hãy cho phép người dùng này ghi vào thư mục dữ liệu và ổ đĩa chứa nó.',
    },
    exit: 73,
  },
  LEDGER_DISK_ERROR: {
    en: 'the disk under the ledger reports an error ({why})',
    vi: 'ổ đĩa chứa sổ cái báo lỗi ({why})',
    hint: { en: 'Check the disk and its cable; keep the backup safe.', vi: 'Hãy kiểm tra ổ đĩa và dây nối; giữ kỹ bản sao lưu.' },
    exit: 74,
  },
  LEDGER_BUSY: {
    en: 'the ledger was held by another program for more than {seconds} seconds',
    vi: 'sổ cái bị chương trình khác giữ quá {seconds} giây',
    hint: { en: 'Try again; if it stays, stop the other program.', vi: 'Hãy thử lại; nếu vẫn vậy, hãy dừng chương trình kia.' },
    exit: 75,
  },
  LEDGER_CLOSED: {
    en: 'the ledger is closed',
    vi: 'sổ cái đã đóng',
    hint: { en: 'The program is stopping.', vi: 'Chương trình đang dừng.' },
    exit: 70,
  },
  NAME_TAKEN: {
    en: 'there is a user named "{name}" already',
    vi: 'đã có người dùng tên "{name}"',
    hint: { en: 'Choose another name.', vi: 'Hãy chọn tên khác.' },
    exit: 65,
  },
  NAME_NOT_ALLOWED: {
    en: 'the user name "{name}" is not allowed',
    vi: 'tên người dùng "{name}" không hợp lệ',
    hint: {
      en: 'Use 1 to 64 letters, digits, dots, dashes, underscores or @.',
      vi: 'Hãy dùng từ 1 đến 64 chữ cái, chữ số, dấu chấm, gạch ngang, gạch dưới hoặc @.',
    },
    exit: 65,
  },
  PASSWORD_TOO_SHORT: {
    en: 'the password is shorter than {minimum} characters',
    vi: 'mật khẩu ngắn hơn {minimum} ký tự',
    hint: { en: 'Take a longer one, for example three words.', vi: 'Hãy chọn mật khẩu dài hơn, ví dụ ba từ.' },
    exit: 65,
  },
  PASSWORD_TOO_LONG: {
    en: 'the password is longer than {maximum} characters',
    vi: 'mật khẩu dài hơn {maximum} ký tự',
    hint: { en: 'Take a shorter one.', vi: 'Hãy chọn mật khẩu ngắn hơn.' },
    exit: 65,
  },
  SETTING_REFUSED: {
    en: 'the setting {key} cannot have that value',
    vi: 'thiết lập {key} không nhận giá trị đó',
    hint: { en: 'labwatch config --help says what each takes.', vi: 'Xem labwatch config --help để biết giá trị được phép.' },
    exit: 65,
  },
  UNIT_UNKNOWN: {
    en: 'there is no unit {id}',
    vi: 'không có đơn vị {id}',
    hint: { en: 'See `labwatch unit list`.', vi: 'Xem `labwatch unit list`.' },
    exit: 65,
  },
  UNIT_BAD_CODE: {
    en: 'row {row}: the code "{code}" is not allowed',
    vi: 'dòng {row}: mã "{code}" không hợp lệ',
    hint: {
      en: 'A code has 1 to 64 characters and no control characters or outer spaces.',
      vi: 'Mã có từ 1 đến 64 ký tự, không có ký tự điều khiển hay dấu cách ở hai đầu.',
    },
    exit: 65,
  },
  UNIT_BAD_NAME: {
    en: 'row {row}: the name of "{code}" is empty or longer than 200 characters',
    vi: 'dòng {row}: tên của "{code}" bị trống hoặc dài quá 200 ký tự',
    hint: { en: 'Give it a name.', vi: 'Hãy điền tên.' },
    exit: 65,
  },
  UNIT_BAD_KIND: {
    en: 'row {row}: "{kind}" is not a kind of unit',
    vi: 'dòng {row}: "{kind}" không phải là loại đơn vị',
    hint: { en: 'Kinds: {allowed}.', vi: 'Các loại: {allowed}.' },
    exit: 65,
  },
  UNIT_BAD_ZONE: {
    en: 'row {row}: "{zone}" is not a time zone',
    vi: 'dòng {row}: "{zone}" không phải là múi giờ',
    hint: { en: 'Use a name such as Asia/Ho_Chi_Minh or leave it empty.', vi: 'Hãy dùng tên như Asia/Ho_Chi_Minh hoặc để trống.' },
    exit: 65,
  },
  UNIT_DUPLICATE_CODE: {
    en: 'row {row}: the code "{code}" was used already in row {earlier}',
    vi: 'dòng {row}: mã "{code}" đã dùng ở dòng {earlier}',
    hint: { en: 'Every unit needs its own code.', vi: 'Mỗi đơn vị cần một mã riêng.' },
    exit: 65,
  },
  UNIT_UNKNOWN_PARENT: {
    en: 'row {row}: the parent "{parent}" of "{code}" is neither in the list nor known already',
    vi: 'dòng {row}: đơn vị cấp trên "{parent}" của "{code}" không có trong danh sách và cũng chưa có sẵn',
    hint: { en: 'Add the parent or mend its code.', vi: 'Hãy thêm đơn vị cấp trên hoặc sửa mã.' },
    exit: 65,
  },
  UNIT_CYCLE: {
    en: 'row {row}: "{code}" would be its own superior ({loop})',
    vi: 'dòng {row}: "{code}" trở thành cấp trên của chính nó ({loop})',
    hint: { en: 'Mend the parents of these units.', vi: 'Hãy sửa cấp trên của các đơn vị này.' },
    exit: 65,
  },
  RELEASE_EXISTS: {
    en: 'the release {version} was published before',
    vi: 'bản phát hành {version} đã được phát hành trước đó',
    hint: {
      en: 'A release never changes. Publish the mended executables under a new version.',
      vi: 'Bản phát hành không thay đổi được. Hãy phát hành tệp đã sửa với số phiên bản mới.',
    },
    exit: 65,
  },
} as const satisfies ErrorCatalogue;

export const ledgerFail = failWith(ledgerErrors);
export type LedgerErrorCode = keyof typeof ledgerErrors;

/** Is this one of the errors above, by code? */
export function isLedgerError(error: unknown, code?: LedgerErrorCode): error is LabwatchError {
  return error instanceof LabwatchError && error.code in ledgerErrors && (code === undefined || error.code === code);
}
