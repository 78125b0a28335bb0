import { failWith, type ErrorCatalogue } from '../runtime/errors.ts';

/** Errors of the operator's commands. Exit codes of sysexits.h: 64 usage, 65 data, 66 no such file. */
export const provisioningErrors = {
  COMMAND_ACTION: {
    en: 'labwatch {command} does not know "{word}"',
    vi: 'labwatch {command} không hiểu "{word}"',
    hint: { en: 'It takes: {allowed}. See labwatch {command} --help.', vi: 'Dùng một trong: {allowed}. Xem labwatch {command} --help.' },
    exit: 64,
  },
  COMMAND_ACTION_MISSING: {
    en: 'labwatch {command} needs to know what to do',
    vi: 'labwatch {command} cần biết phải làm gì',
    hint: {
      en: 'Say one of: {allowed}. See labwatch {command} --help.',
      vi: 'Hãy thêm một trong: {allowed}. Xem labwatch {command} --help.',
    },
    exit: 64,
  },
  COMMAND_FLAG_MISSING: {
    en: '--{flag} is missing',
    vi: 'thiếu --{flag}',
    hint: { en: 'See labwatch {command} --help.', vi: 'Xem labwatch {command} --help.' },
    exit: 64,
  },
  COMMAND_WORDS: {
    en: 'wrong number of words',
    vi: 'sai số lượng tham số',
    hint: { en: 'Usage: {usage}', vi: 'Cách dùng: {usage}' },
    exit: 64,
  },
  COMMAND_SCOPE: {
    en: 'it is not said for whom',
    vi: 'chưa nói rõ cho đơn vị hay thiết bị nào',
    hint: { en: 'Give either --unit or --device.', vi: 'Hãy dùng --unit hoặc --device, một trong hai.' },
    exit: 64,
  },
  DEVICE_COMMAND: {
    en: 'devices do not know the command "{word}"',
    vi: 'thiết bị không có lệnh "{word}"',
    hint: { en: 'Commands: {allowed}.', vi: 'Các lệnh: {allowed}.' },
    exit: 64,
  },
  SETTING_UNKNOWN: {
    en: 'there is no setting "{key}"',
    vi: 'không có thiết lập "{key}"',
    hint: { en: 'Did you mean {near}? Settings: {allowed}.', vi: 'Có phải {near}? Các thiết lập: {allowed}.' },
    exit: 64,
  },
  SETTING_VALUE: {
    en: '{key} cannot be "{value}"',
    vi: '{key} không nhận giá trị "{value}"',
    hint: { en: 'It takes {allowed}.', vi: 'Giá trị được phép: {allowedVi}.' },
    exit: 65,
  },
  DEVICE_UNKNOWN: {
    en: 'there is no device {id}',
    vi: 'không có thiết bị {id}',
    hint: { en: 'labwatch device list shows them.', vi: 'Dùng labwatch device list để xem.' },
    exit: 65,
  },
  UNIT_NOT_FOUND: {
    en: 'there is no unit with the code "{code}"',
    vi: 'không có đơn vị nào mang mã "{code}"',
    hint: { en: 'labwatch unit list shows the codes.', vi: 'Dùng labwatch unit list để xem các mã.' },
    exit: 65,
  },
  TOKEN_NOT_FOUND: {
    en: 'there is no valid token {id}',
    vi: 'không có mã ghi danh {id} còn hiệu lực',
    hint: { en: 'labwatch token list shows them.', vi: 'Dùng labwatch token list để xem.' },
    exit: 65,
  },
  DEVICE_NOT_FOUND: {
    en: 'there is no device {id} that could be revoked',
    vi: 'không có thiết bị {id} để thu hồi',
    hint: { en: 'labwatch device list shows them.', vi: 'Dùng labwatch device list để xem.' },
    exit: 65,
  },
  USER_NOT_FOUND: {
    en: 'there is no user "{name}"',
    vi: 'không có người dùng "{name}"',
    hint: { en: 'labwatch user list shows them.', vi: 'Dùng labwatch user list để xem.' },
    exit: 65,
  },
  PASSWORDS_DIFFER: {
    en: 'the two passwords are not the same',
    vi: 'hai lần nhập mật khẩu không giống nhau',
    hint: { en: 'Try again; nothing was changed.', vi: 'Hãy thử lại; chưa có gì thay đổi.' },
    exit: 65,
  },
  CSV_UNREADABLE: {
    en: 'the file {file} cannot be read ({why})',
    vi: 'không đọc được tệp {file} ({why})',
    hint: { en: 'Check its name and your right to read it.', vi: 'Hãy kiểm tra tên tệp và quyền đọc.' },
    exit: 66,
  },
  CSV_NOT_UTF8: {
    en: 'the file {file} is not UTF-8 text',
    vi: 'tệp {file} không phải văn bản UTF-8',
    hint: {
      en: 'In Excel choose Save As, "CSV UTF-8 (Comma delimited)".',
      vi: 'Trong Excel hãy chọn Lưu thành, loại "CSV UTF-8 (Comma delimited)".',
    },
    exit: 65,
  },
  CSV_EMPTY: {
    en: 'the file {file} has no rows',
    vi: 'tệp {file} không có dòng dữ liệu nào',
    hint: { en: 'labwatch unit template prints an example.', vi: 'Dùng labwatch unit template để xem mẫu.' },
    exit: 65,
  },
  CSV_COLUMN_MISSING: {
    en: 'the column {column} is missing; found: {found}',
    vi: 'thiếu cột {column}; các cột có trong tệp: {found}',
    hint: {
      en: 'The first line must name code, kind, name and parent; labwatch unit template prints an example.',
      vi: 'Dòng đầu phải có mã, loại, tên và thuộc; dùng labwatch unit template để xem mẫu.',
    },
    exit: 65,
  },
  CSV_COLUMN_TWICE: {
    en: 'the column {column} is there twice ({first} and {second})',
    vi: 'cột {column} bị lặp ({first} và {second})',
    hint: { en: 'Leave one of them.', vi: 'Hãy chỉ giữ một cột.' },
    exit: 65,
  },
  CSV_BROKEN: {
    en: 'line {line}: {why}',
    vi: 'dòng {line}: không đúng định dạng CSV ({why})',
    hint: { en: 'Mend the line; nothing was imported.', vi: 'Hãy sửa dòng này; chưa có gì được nhập.' },
    exit: 65,
  },
  CSV_CODE: {
    en: 'line {line}, column {column}: the code "{code}" is not allowed',
    vi: 'dòng {line}, cột {column}: mã "{code}" không hợp lệ',
    hint: { en: 'A code has 1 to 64 characters; nothing was imported.', vi: 'Mã có từ 1 đến 64 ký tự; chưa có gì được nhập.' },
    exit: 65,
  },
  CSV_NAME: {
    en: 'line {line}, column {column}: the name of "{code}" is empty or longer than 200 characters',
    vi: 'dòng {line}, cột {column}: tên của "{code}" bị trống hoặc dài quá 200 ký tự',
    hint: { en: 'Give it a name; nothing was imported.', vi: 'Hãy điền tên; chưa có gì được nhập.' },
    exit: 65,
  },
  CSV_KIND: {
    en: 'line {line}, column {column}: "{kind}" is not a kind of unit',
    vi: 'dòng {line}, cột {column}: "{kind}" không phải là loại đơn vị',
    hint: { en: 'Kinds: {allowed}. Nothing was imported.', vi: 'Các loại: {allowed}. Chưa có gì được nhập.' },
    exit: 65,
  },
  CSV_ZONE: {
    en: 'line {line}, column {column}: "{zone}" is not a time zone',
    vi: 'dòng {line}, cột {column}: "{zone}" không phải là múi giờ',
    hint: {
      en: 'Use a name such as Asia/Ho_Chi_Minh or leave it empty; nothing was imported.',
      vi: 'Hãy dùng tên như Asia/Ho_Chi_Minh hoặc để trống; chưa có gì được nhập.',
    },
    exit: 65,
  },
  CSV_DUPLICATE: {
    en: 'line {line}, column {column}: the code "{code}" was used already in line {earlier}',
    vi: 'dòng {line}, cột {column}: mã "{code}" đã dùng ở dòng {earlier}',
    hint: { en: 'Every unit needs its own code; nothing was imported.', vi: 'Mỗi đơn vị cần một mã riêng; chưa có gì được nhập.' },
    exit: 65,
  },
  CSV_PARENT: {
    en: 'line {line}, column {column}: the parent "{parent}" of "{code}" is neither in the file nor known already',
    vi: 'dòng {line}, cột {column}: đơn vị cấp trên "{parent}" của "{code}" không có trong tệp và cũng chưa có sẵn',
    hint: {
      en: 'Add the parent or mend its code; nothing was imported.',
      vi: 'Hãy thêm đơn vị cấp trên hoặc sửa mã; chưa có gì được nhập.',
    },
    exit: 65,
  },
  CSV_CYCLE: {
    en: 'line {line}, column {column}: "{code}" would be its own superior ({loop})',
    vi: 'dòng {line}, cột {column}: "{code}" trở thành cấp trên của chính nó ({loop})',
    hint: {
      en: 'Mend the parents of these units; nothing was imported.',
      vi: 'Hãy sửa cấp trên của các đơn vị này; chưa có gì được nhập.',
    },
    exit: 65,
  },
  TLS_DAMAGED: {
    en: 'the file {path} is damaged ({why})',
    vi: 'tệp {path} đã hỏng ({why})',
    hint: {
      en: 'Restore it from a backup, or make a new authority with labwatch ca init --force (every agent must then enrol again).',
      vi: 'Hãy khôi phục từ bản sao lưu, hoặc tạo lại bằng labwatch ca init --force (mọi máy phải ghi danh lại).',
    },
    exit: 78,
  },
  TLS_EXPIRED: {
    en: 'our certificate authority expired on {date}',
    vi: 'chứng thư gốc của hệ thống đã hết hạn ngày {date}',
    hint: {
      en: 'Make a new one with labwatch ca init --force; every agent must then enrol again.',
      vi: 'Hãy tạo mới bằng labwatch ca init --force; sau đó mọi máy phải ghi danh lại.',
    },
    exit: 78,
  },
  TLS_NAME: {
    en: '"{name}" is neither a host name nor an address',
    vi: '"{name}" không phải tên máy cũng không phải địa chỉ',
    hint: { en: 'Give names and addresses separated by commas.', vi: 'Hãy viết các tên và địa chỉ, cách nhau bằng dấu phẩy.' },
    exit: 65,
  },
  RELEASE_NOT_FOUND: {
    en: 'there is no release {version}',
    vi: 'không có bản phát hành {version}',
    hint: { en: 'labwatch release list shows them.', vi: 'Dùng labwatch release list để xem.' },
    exit: 65,
  },
  RELEASE_DEVICE: {
    en: 'the device {id} never asked for an update',
    vi: 'thiết bị {id} chưa từng hỏi bản cập nhật',
    hint: { en: 'labwatch release stuck shows those that do not get further.', vi: 'Dùng labwatch release stuck để xem các máy bị mắc.' },
    exit: 65,
  },
  RELEASE_KEY: {
    en: 'the key {path} cannot be used ({why})',
    vi: 'không dùng được khóa {path} ({why})',
    hint: { en: 'labwatch release keygen makes one.', vi: 'Dùng labwatch release keygen để tạo khóa.' },
    exit: 65,
  },
  RELEASE_KEY_EXISTS: {
    en: 'there is a key in {path} already; replacing it would cut every agent off that trusts it',
    vi: 'đã có khóa ở {path}; thay khóa này thì các máy đang tin nó không cập nhật được nữa',
    hint: { en: 'Choose another place with --out.', vi: 'Hãy chọn nơi khác bằng --out.' },
    exit: 73,
  },
  RELEASE_NO_FILES: {
    en: 'there is no executable in {path} whose name ends in a platform ({allowed})',
    vi: 'trong {path} không có tệp chạy nào có tên kết thúc bằng nền tảng ({allowed})',
    hint: { en: 'Build them first, or say where they are with --dir.', vi: 'Hãy tạo các tệp chạy trước, hoặc chỉ thư mục bằng --dir.' },
    exit: 66,
  },
  RELEASE_FILE: {
    en: 'the file {path} cannot be taken ({why})',
    vi: 'không dùng được tệp {path} ({why})',
    hint: { en: 'Check the path, the rights and the free space.', vi: 'Hãy kiểm tra đường dẫn, quyền và dung lượng trống.' },
    exit: 74,
  },
} as const satisfies ErrorCatalogue;

export const provisioningFail = failWith(provisioningErrors);
