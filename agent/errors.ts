import { type ErrorCatalogue, failWith } from '../runtime/errors.ts';

const NEW_TOKEN = {
  en: 'Ask for a new one (labwatch token create) and give it in LABWATCH_TOKEN.',
  vi: 'Hãy xin mã mới (labwatch token create) và đặt vào LABWATCH_TOKEN.',
} as const;

/** Every error a person can meet with the agent; docs/errors.md has an entry per code. */
export const agentErrors = {
  AGENT_NOT_ENROLLED: {
    en: 'this machine is not enrolled yet and {what} is missing',
    vi: 'máy này chưa được ghi danh và còn thiếu {what}',
    hint: {
      en: 'Give --server and an enrolment token in LABWATCH_TOKEN or --token-file.',
      vi: 'Hãy thêm --server và mã ghi danh trong LABWATCH_TOKEN hoặc --token-file.',
    },
    exit: 78,
  },
  AGENT_FILE_UNREADABLE: {
    en: 'the file {path} given as --{flag} cannot be read ({why})',
    vi: 'không đọc được tệp {path} ở --{flag} ({why})',
    hint: { en: 'Check the path and the rights.', vi: 'Hãy kiểm tra đường dẫn và quyền đọc.' },
    exit: 78,
  },
  AGENT_SERVER_URL: {
    en: 'the server address "{url}" is not one the agent understands',
    vi: 'địa chỉ máy chủ "{url}" không đúng',
    hint: { en: 'It looks like https://labwatch.example:8443.', vi: 'Địa chỉ có dạng https://labwatch.example:8443.' },
    exit: 78,
  },
  AGENT_PLAIN_REFUSED: {
    en: '{url} is another machine and the line to it is not encrypted; the secret of this device would be readable on the way',
    vi: '{url} là máy khác và đường truyền không mã hóa; khóa bí mật của máy này sẽ bị lộ trên đường đi',
    hint: {
      en: 'Use an address that begins with {secure}, or --insecure-plain if you know the network.',
      vi: 'Hãy dùng địa chỉ bắt đầu bằng {secure}, hoặc --insecure-plain nếu bạn tin mạng này.',
    },
    exit: 78,
  },
  AGENT_SERVER_UNREACHABLE: {
    en: 'the server {url} does not answer ({why})',
    vi: 'máy chủ {url} không trả lời ({why})',
    hint: {
      en: 'The agent keeps what it sees and tries again by itself; check the address and the network if this stays.',
      vi: 'Tác nhân vẫn ghi lại số liệu và tự thử lại; nếu kéo dài hãy kiểm tra địa chỉ và mạng.',
    },
    exit: 69,
  },
  AGENT_CA_WRONG: {
    en: 'the certificate of {url} is not signed by the authority this agent trusts ({why})',
    vi: 'chứng chỉ của {url} không do nơi mà tác nhân tin cậy cấp ({why})',
    hint: {
      en: "Give the server's tls/ca.crt with --ca, or check that this is the right server.",
      vi: 'Hãy chép tls/ca.crt của máy chủ và thêm --ca, hoặc kiểm tra lại địa chỉ máy chủ.',
    },
    exit: 77,
  },
  AGENT_CLOCK_WRONG: {
    en: "the certificate of {url} is not valid at this machine's time {now}",
    vi: 'chứng chỉ của {url} không có hiệu lực ở giờ của máy này ({now})',
    hint: {
      en: 'Set the clock; a clock that falls back at every start means a flat battery on the main board.',
      vi: 'Hãy chỉnh lại đồng hồ; nếu mỗi lần bật máy lại sai giờ thì pin CMOS trên bo mạch đã hết.',
    },
    exit: 69,
  },
  AGENT_TOKEN_UNKNOWN: {
    en: 'the server does not know this enrolment token',
    vi: 'máy chủ không biết mã ghi danh này',
    hint: { en: 'Check that it was copied whole, or ask for a new one.', vi: 'Hãy kiểm tra đã chép đủ mã, hoặc xin mã mới.' },
    exit: 77,
  },
  AGENT_TOKEN_EXPIRED: { en: 'the enrolment token has expired', vi: 'mã ghi danh đã hết hạn', hint: NEW_TOKEN, exit: 77 },
  AGENT_TOKEN_USED_UP: {
    en: 'the enrolment token has been used as often as it may be',
    vi: 'mã ghi danh đã dùng hết số lần',
    hint: NEW_TOKEN,
    exit: 77,
  },
  AGENT_PROOF_REFUSED: {
    en: 'the server does not take the secret that this machine has kept',
    vi: 'máy chủ không nhận khóa bí mật mà máy này đang giữ',
    hint: {
      en: 'The data folder is an old copy, or the server was set up anew. Enrol again with a token in LABWATCH_TOKEN.',
      vi: 'Thư mục dữ liệu là bản sao cũ, hoặc máy chủ đã được dựng lại. Hãy ghi danh lại bằng mã trong LABWATCH_TOKEN.',
    },
    exit: 77,
  },
  AGENT_DEVICE_IN_USE: {
    en: 'a machine was connected as this device a moment ago, and the server does not know yet whether it was another one',
    vi: 'vừa có máy kết nối bằng mã của thiết bị này, máy chủ chưa biết có phải máy khác không',
    hint: {
      en: 'Nothing is to be done: the agent keeps what it sees and asks again in a few minutes.',
      vi: 'Không cần làm gì: tác nhân vẫn ghi lại số liệu và tự hỏi lại sau ít phút.',
    },
    exit: 75,
  },
  AGENT_TOO_MANY_COPIES: {
    en: 'too many copies of this disk were enrolled today',
    vi: 'hôm nay đã có quá nhiều bản sao của ổ đĩa này được ghi danh',
    hint: {
      en: 'The agent asks again by itself. For more in one day, raise --clones-per-day on the server, or give a token.',
      vi: 'Tác nhân tự hỏi lại. Muốn nhiều hơn trong một ngày, hãy tăng --clones-per-day trên máy chủ, hoặc dùng mã ghi danh.',
    },
    exit: 75,
  },
  AGENT_TOKEN_REVOKED: { en: 'the enrolment token has been revoked', vi: 'mã ghi danh đã bị thu hồi', hint: NEW_TOKEN, exit: 77 },
  AGENT_DEVICE_REVOKED: {
    en: 'this device has been revoked by an administrator',
    vi: 'thiết bị này đã bị người quản trị thu hồi',
    hint: { en: 'Ask an administrator to admit it again.', vi: 'Hãy nhờ người quản trị cho phép lại.' },
    exit: 77,
  },
  AGENT_ENROLMENT_REFUSED: {
    en: 'the server refused the enrolment ({status} {code})',
    vi: 'máy chủ từ chối ghi danh ({status} {code})',
    hint: {
      en: 'Check that --server is the address of labwatch and that both have the same version.',
      vi: 'Hãy kiểm tra --server đúng là địa chỉ labwatch và hai bên cùng phiên bản.',
    },
    exit: 77,
  },
  AGENT_ENROLMENT_ANSWER: {
    en: '{url} answered, but not as a labwatch server does ({why})',
    vi: '{url} có trả lời nhưng không phải máy chủ labwatch ({why})',
    hint: {
      en: 'Check the address; a school network that asks for a login first answers like this too.',
      vi: 'Hãy kiểm tra địa chỉ; mạng trường bắt đăng nhập trước cũng trả lời như vậy.',
    },
    exit: 69,
  },
  AGENT_CREDENTIALS_BROKEN: {
    en: 'the file {path} cannot be used ({why})',
    vi: 'không dùng được tệp {path} ({why})',
    hint: {
      en: 'Remove it and enrol again with a token: the same machine gets its id back.',
      vi: 'Hãy xóa tệp rồi ghi danh lại bằng mã: cùng máy sẽ nhận lại mã thiết bị cũ.',
    },
    exit: 78,
  },
  AGENT_SECRET_REFUSED: {
    en: 'the broker {url} refuses this device: its secret is not valid any more, or the device was revoked',
    vi: 'broker {url} từ chối thiết bị này: khóa bí mật không còn đúng hoặc thiết bị đã bị thu hồi',
    hint: {
      en: 'Give an enrolment token in LABWATCH_TOKEN and restart the agent; it keeps its reports and tries again slowly.',
      vi: 'Hãy đặt mã ghi danh vào LABWATCH_TOKEN rồi chạy lại tác nhân; báo cáo vẫn được giữ và tác nhân thử lại thưa dần.',
    },
    exit: 77,
  },
  AGENT_PROXY: {
    en: 'the address of the proxy is not one the agent understands',
    vi: 'địa chỉ proxy không đúng',
    hint: {
      en: 'It looks like http://proxy.example:3128, or none; a login goes into LABWATCH_PROXY_LOGIN.',
      vi: 'Địa chỉ có dạng http://proxy.example:3128, hoặc none; tài khoản đặt ở LABWATCH_PROXY_LOGIN.',
    },
    exit: 78,
  },
  AGENT_PROXY_REFUSED: {
    en: 'the proxy {proxy} opens no line to the server ({why})',
    vi: 'proxy {proxy} không mở đường tới máy chủ ({why})',
    hint: {
      en: '407 = it wants a login: LABWATCH_PROXY_LOGIN=name:password. 403 = whoever runs it must allow the address.',
      vi: '407 = proxy đòi tài khoản: LABWATCH_PROXY_LOGIN=tên:mật-khẩu. 403 = người quản lý proxy cần cho phép địa chỉ này.',
    },
    exit: 69,
  },
  AGENT_DUPLICATE: {
    en: 'the broker {url} ends this connection again and again: another machine seems to use the same id',
    vi: 'broker {url} liên tục ngắt kết nối này: có thể máy khác đang dùng cùng mã thiết bị',
    hint: {
      en: 'A copied disk image does that. The agent asks the server who it is; if this stays, enrol one of the two anew.',
      vi: 'Thường do sao chép ổ đĩa. Tác nhân sẽ hỏi lại máy chủ; nếu vẫn bị, hãy ghi danh lại một trong hai máy.',
    },
    exit: 69,
  },
  AGENT_BROKER_UNREACHABLE: {
    en: 'the broker {url} cannot be reached ({why})',
    vi: 'không nối được tới broker {url} ({why})',
    hint: { en: 'Reports are kept; the agent tries again by itself.', vi: 'Báo cáo vẫn được giữ; tác nhân tự thử lại.' },
    exit: 69,
  },
  AGENT_ALREADY_RUNNING: {
    en: 'another agent already runs with the data folder {path}',
    vi: 'đã có một tác nhân khác chạy với thư mục dữ liệu {path}',
    hint: { en: 'Stop it, or choose another folder with --home.', vi: 'Hãy dừng tác nhân đó, hoặc chọn thư mục khác bằng --home.' },
    exit: 69,
  },
  AGENT_OUTBOX: {
    en: 'the outbox {path} cannot be opened ({why})',
    vi: 'không mở được hàng đợi {path} ({why})',
    hint: { en: 'Check free space and the rights of the folder.', vi: 'Hãy kiểm tra dung lượng trống và quyền của thư mục.' },
    exit: 73,
  },
  AGENT_NEEDS_ADMINISTRATOR: {
    en: 'this needs the rights of an administrator',
    vi: 'việc này cần quyền quản trị',
    hint: {
      en: 'Linux: put sudo before it. Windows: right-click, "Run as administrator".',
      vi: 'Linux: thêm sudo ở đầu lệnh. Windows: bấm chuột phải, chọn "Run as administrator" (Chạy với quyền quản trị).',
    },
    exit: 77,
  },
  AGENT_NO_SERVICE_MANAGER: {
    en: 'this machine is not run by systemd, so there is nothing to keep the agent running',
    vi: 'máy này không dùng systemd nên không có gì giữ cho tác nhân luôn chạy',
    hint: {
      en: 'Let your own init start labwatch agent service; see docs/install.md.',
      vi: 'Hãy cho hệ thống khởi động của máy chạy labwatch agent service; xem docs/install.vi.md.',
    },
    exit: 69,
  },
  AGENT_INSTALL_STEP: {
    en: 'the installation stopped at "{step}" ({why})',
    vi: 'cài đặt dừng ở bước "{step}" ({why})',
    hint: {
      en: 'Mend that and run the same command again; what was done already is not harmed.',
      vi: 'Hãy sửa lỗi đó rồi chạy lại đúng lệnh này; những bước đã làm không bị ảnh hưởng.',
    },
    exit: 73,
  },
  AGENT_NOT_INSTALLED: {
    en: 'no agent is installed on this machine',
    vi: 'máy này chưa cài tác nhân',
    hint: { en: 'Install it first: labwatch agent install.', vi: 'Hãy cài trước: labwatch agent install.' },
    exit: 69,
  },
  AGENT_SERVICE: {
    en: 'the system did not {word} the service ({why})',
    vi: 'hệ thống không thực hiện được lệnh {word} với dịch vụ ({why})',
    hint: { en: 'labwatch agent doctor tells more.', vi: 'Chạy labwatch agent doctor để biết thêm.' },
    exit: 69,
  },
  AGENT_SUBCOMMAND: {
    en: 'the agent has no subcommand "{word}"',
    vi: 'tác nhân không có lệnh con "{word}"',
    hint: { en: 'See labwatch agent --help for those it has.', vi: 'Xem labwatch agent --help để biết các lệnh.' },
    exit: 64,
  },
  AGENT_WINDOWS_ONLY: {
    en: '"labwatch agent {word}" is for Windows only',
    vi: '"labwatch agent {word}" chỉ dùng trên Windows',
    hint: {
      en: 'On Linux the agent sees the use of the machine without it.',
      vi: 'Trên Linux tác nhân tự thấy việc sử dụng máy, không cần lệnh này.',
    },
    exit: 69,
  },
  AGENT_PLATFORM: {
    en: 'the agent does not know this system yet ({why})',
    vi: 'tác nhân chưa hỗ trợ hệ điều hành này ({why})',
    hint: { en: 'It runs on Windows 10 and newer and on Linux.', vi: 'Tác nhân chạy trên Windows 10 trở lên và trên Linux.' },
    exit: 69,
  },
  AGENT_UPDATE_FAILED: {
    en: 'the update to {release} came to nothing ({why})',
    vi: 'không cập nhật được lên bản {release} ({why})',
    hint: {
      en: 'The agent goes on as it is and tries again by itself where that helps; docs/update.md explains each reason.',
      vi: 'Tác nhân vẫn chạy bản hiện tại và tự thử lại nếu có ích; xem từng lý do trong docs/update.md.',
    },
    exit: 69,
  },
  AGENT_UPDATE_WENT_BACK: {
    en: 'version {release} did not work on this machine ({why}); the version before it runs again',
    vi: 'bản {release} không chạy được trên máy này ({why}); đã quay lại bản trước',
    hint: {
      en: 'It is not tried again; a newer version will be. labwatch release stuck shows all such machines.',
      vi: 'Bản này sẽ không được thử lại, chỉ thử bản mới hơn. Dùng labwatch release stuck để xem các máy như vậy.',
    },
    exit: 69,
  },
} as const satisfies ErrorCatalogue;

export const agentFail = failWith(agentErrors);
