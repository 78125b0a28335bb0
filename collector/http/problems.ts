/**
 * Every error the HTTP interface can answer, as RFC 9457 problem details with a stable code. docs/http-api.md has a
 * line per code; tests assert the code, never the wording. Texts say what happened and what to do, for a person.
 */
export interface ProblemEntry {
  readonly status: number;
  readonly vi: string;
  readonly en: string;
}

export const PROBLEMS = {
  NOT_LOGGED_IN: { status: 401, vi: 'Bạn chưa đăng nhập. Hãy đăng nhập rồi thử lại.', en: 'You are not logged in. Log in and try again.' },
  WRONG_PASSWORD: {
    status: 401,
    vi: 'Tên hoặc mật khẩu không đúng. Hãy kiểm tra rồi nhập lại.',
    en: 'The name or the password is wrong. Check them and try again.',
  },
  CURRENT_PASSWORD_WRONG: {
    status: 403,
    vi: 'Mật khẩu hiện tại không đúng. Hãy nhập lại.',
    en: 'The current password is wrong. Enter it again.',
  },
  PASSWORD_REFUSED: {
    status: 400,
    vi: 'Mật khẩu mới không dùng được. Hãy chọn mật khẩu dài hơn và khác mật khẩu cũ.',
    en: 'The new password cannot be used. Choose a longer one that differs from the old one.',
  },
  PASSWORD_CHANGE_NEEDED: {
    status: 403,
    vi: 'Bạn đang dùng mật khẩu một lần. Hãy đổi mật khẩu trước.',
    en: 'You are using a one-time password. Change it first.',
  },
  NOT_ALLOWED: {
    status: 403,
    vi: 'Tài khoản này chỉ được xem. Hãy nhờ người quản trị.',
    en: 'This account may only look. Ask an administrator.',
  },
  FOREIGN_ORIGIN: {
    status: 403,
    vi: 'Yêu cầu đến từ một trang web khác nên bị từ chối. Hãy mở trang labwatch rồi thử lại.',
    en: 'The request came from another web site and was refused. Open the labwatch page and try again.',
  },
  SESSION_NEEDED: {
    status: 403,
    vi: 'Việc này chỉ làm được khi đăng nhập bằng mật khẩu, không dùng mã API.',
    en: 'This needs a login with a password, not an API token.',
  },
  TOKEN_UNKNOWN: {
    status: 403,
    vi: 'Mã ghi danh không đúng. Hãy tải lại bộ cài hoặc xin mã mới.',
    en: 'The enrolment token is not known. Fetch the installer again or ask for a new token.',
  },
  TOKEN_EXPIRED: {
    status: 403,
    vi: 'Mã ghi danh đã hết hạn. Hãy xin mã mới.',
    en: 'The enrolment token has expired. Ask for a new one.',
  },
  TOKEN_USED_UP: {
    status: 403,
    vi: 'Mã ghi danh đã dùng hết số lần. Hãy xin mã mới.',
    en: 'The enrolment token has been used up. Ask for a new one.',
  },
  TOKEN_REVOKED: {
    status: 403,
    vi: 'Mã ghi danh đã bị thu hồi. Hãy xin mã mới.',
    en: 'The enrolment token has been revoked. Ask for a new one.',
  },
  DEVICE_REVOKED: {
    status: 403,
    vi: 'Thiết bị này đã bị thu hồi. Hãy nhờ người quản trị cho phép lại.',
    en: 'This device has been revoked. Ask an administrator to admit it again.',
  },
  PROOF_REFUSED: {
    status: 403,
    vi: 'Máy chủ không nhận khóa bí mật của thiết bị này. Hãy ghi danh lại bằng mã ghi danh.',
    en: 'The server does not take the secret of this device. Enrol again with a token.',
  },
  DEVICE_IN_USE: {
    status: 409,
    vi: 'Vừa có máy kết nối bằng mã thiết bị này, chưa biết có phải máy khác không. Tác nhân tự hỏi lại sau ít phút.',
    en: 'A machine was connected as this device a moment ago, and it is not known yet whether it was another one. The agent asks again in a few minutes.',
  },
  TOO_MANY_CLONES: {
    status: 429,
    vi: 'Hôm nay đã có quá nhiều bản sao của thiết bị này được ghi danh. Hãy đợi đến mai, hoặc nhờ người quản trị nâng giới hạn.',
    en: 'Too many copies of this device were enrolled today. Wait until tomorrow, or ask an administrator to raise the limit.',
  },
  DEVICE_LOGIN: {
    status: 401,
    vi: 'Mã thiết bị hoặc khoá bí mật không đúng. Hãy ghi danh lại máy này.',
    en: 'The id or the secret of the device is wrong. Enrol the machine again.',
  },
  UPDATE_WAIT: {
    status: 409,
    vi: 'Một máy khác trong trường đang tải bản này. Hãy hỏi lại sau.',
    en: 'Another machine of the school is fetching this. Ask again later.',
  },
  COMMAND_NOT_ALLOWED: {
    status: 403,
    vi: 'Đơn vị của máy này không cho phép lệnh đó. Hãy đặt thiết lập allow trước.',
    en: 'The unit of this device does not allow that command. Set allow first.',
  },
  NO_NEIGHBOUR: {
    status: 409,
    vi: 'Không có máy nào cùng phòng hoặc cùng trường đang bật để đánh thức máy này. Hãy bật một máy rồi thử lại.',
    en: 'No device of the same room or school is on that could wake this one. Switch one on and try again.',
  },
  ADDRESS_UNKNOWN: {
    status: 409,
    vi: 'Chưa biết địa chỉ card mạng của máy này nên không đánh thức được.',
    en: 'The address of the network card of this device is not known, so it cannot be woken.',
  },
  NOT_FOUND: {
    status: 404,
    vi: 'Không có địa chỉ này. Hãy xem /api/docs.',
    en: 'There is nothing at this address. See /api/docs.',
  },
  DEVICE_UNKNOWN: {
    status: 404,
    vi: 'Không có thiết bị này. Có thể nó đã bị xoá.',
    en: 'There is no such device. It may have been removed.',
  },
  UNIT_UNKNOWN: {
    status: 404,
    vi: 'Không có đơn vị này. Hãy chọn lại trong danh sách.',
    en: 'There is no such unit. Choose one from the list.',
  },
  BAD_REQUEST: {
    status: 400,
    vi: 'Yêu cầu không hợp lệ. Hãy sửa rồi gửi lại.',
    en: 'The request is not valid. Mend it and send it again.',
  },
  BAD_RANGE: {
    status: 400,
    vi: 'Khoảng thời gian không hợp lệ. Hãy chọn lại mốc đầu và mốc cuối.',
    en: 'The range of time is not valid. Choose another start and end.',
  },
  TOO_LARGE: { status: 413, vi: 'Yêu cầu quá lớn.', en: 'The request is too large.' },
  UNSUPPORTED_TYPE: { status: 415, vi: 'Hãy gửi nội dung dạng JSON.', en: 'Send the content as JSON.' },
  TOO_MANY_REQUESTS: {
    status: 429,
    vi: 'Bạn thử quá nhiều lần. Hãy đợi một lát rồi thử lại.',
    en: 'Too many requests. Wait a little and try again.',
  },
  TOO_MANY_STREAMS: {
    status: 503,
    vi: 'Có quá nhiều trang đang xem trực tiếp. Hãy đóng bớt rồi thử lại.',
    en: 'Too many pages are watching live. Close some and try again.',
  },
  SERIES_UNAVAILABLE: {
    status: 503,
    vi: 'Chưa đọc được biểu đồ vì kho số liệu chưa sẵn sàng. Hãy thử lại sau ít phút.',
    en: 'The store of the series is not ready. Try again in a few minutes.',
  },
  LEDGER_UNAVAILABLE: {
    status: 503,
    vi: 'Máy chủ chưa đọc hoặc ghi được sổ cái. Hãy thử lại sau ít phút; nếu vẫn lỗi, báo người quản trị.',
    en: 'The server cannot read or write its ledger now. Try again in a few minutes; if it stays, tell an administrator.',
  },
  INTERNAL: {
    status: 500,
    vi: 'Máy chủ gặp lỗi. Hãy thử lại; nếu vẫn lỗi, báo người quản trị xem nhật ký.',
    en: 'The server met an error. Try again; if it stays, ask an administrator to look at the log.',
  },
} as const satisfies Record<string, ProblemEntry>;

export type ProblemCode = keyof typeof PROBLEMS;

/** Thrown by a handler; the error plugin answers it. `detail` is for engineers and never carries a secret or a stack. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly code: ProblemCode;
  readonly detail: string | undefined;
  /** Seconds for the Retry-After header. */
  readonly retryAfter: number | undefined;

  constructor(code: ProblemCode, options: { detail?: string; retryAfter?: number } = {}) {
    super(PROBLEMS[code].en);
    this.code = code;
    this.detail = options.detail;
    this.retryAfter = options.retryAfter;
  }
}

/** The body of application/problem+json. */
export function problemBody(code: ProblemCode, detail?: string) {
  const { status, vi, en } = PROBLEMS[code];
  const type = `urn:labwatch:problem:${code.toLowerCase().replaceAll('_', '-')}`;
  return { type, title: en, status, code, ...(detail === undefined ? {} : { detail }), text: { vi, en } };
}
