/**
 * Everything a server may ask of a device, and everything a device may answer: closed lists of codes. A command carries no
 * text and no program; there is no shell and never will be.
 */
type Text = { readonly en: string; readonly vi: string };

interface CommandEntry {
  readonly help: Text;
  /** Minutes until it expires when nobody says otherwise. */
  readonly minutes: number;
  /** Only where the configuration of the unit allows it (`allow`). */
  readonly risky: boolean;
}

export const COMMAND_TABLE = {
  refresh: { help: { en: 'send hardware and protection now', vi: 'gửi ngay thông tin phần cứng và bảo vệ' }, minutes: 60, risky: false },
  self_test: { help: { en: 'look whether the agent itself is well', vi: 'tự kiểm tra tác nhân' }, minutes: 60, risky: false },
  locate: { help: { en: 'show a notice on the screen', vi: 'hiện thông báo trên màn hình' }, minutes: 10, risky: false },
  wake: {
    help: { en: 'wake it through a neighbour that is on', vi: 'đánh thức máy qua một máy bên cạnh đang bật' },
    minutes: 10,
    risky: false,
  },
  update: { help: { en: 'look for a newer agent now', vi: 'tìm bản tác nhân mới ngay' }, minutes: 60, risky: false },
  restart_agent: {
    help: { en: 'start the agent anew, not the machine', vi: 'khởi động lại tác nhân, không phải cả máy' },
    minutes: 60,
    risky: false,
  },
  shut_down: { help: { en: 'switch the machine off, where allowed', vi: 'tắt máy, nếu đơn vị cho phép' }, minutes: 10, risky: true },
  restart: { help: { en: 'restart the machine, where allowed', vi: 'khởi động lại máy, nếu đơn vị cho phép' }, minutes: 10, risky: true },
} as const satisfies Record<string, CommandEntry>;

export type CommandName = keyof typeof COMMAND_TABLE;
export const COMMANDS = Object.keys(COMMAND_TABLE) as readonly CommandName[] as readonly [CommandName, ...CommandName[]];

/** Commands that need the leave of the unit. */
export const RISKY_COMMANDS = ['shut_down', 'restart'] as const;
export type RiskyCommand = (typeof RISKY_COMMANDS)[number];
export const isRisky = (name: CommandName): name is RiskyCommand => COMMAND_TABLE[name].risky;

/** What `locate` can show. The words are the agent's own (agent/remote/notices.ts): nobody can write on a screen from afar. */
export const NOTICES = ['here', 'save_work', 'call_teacher'] as const;
export type Notice = (typeof NOTICES)[number];

/** Why a command was refused or failed. */
export const COMMAND_REASONS = {
  expired: { en: 'it came too late', vi: 'lệnh đến quá muộn' },
  not_allowed: { en: 'the unit does not allow it', vi: 'đơn vị không cho phép' },
  not_supported: { en: 'this machine cannot do it', vi: 'máy này không làm được' },
  nobody: { en: 'nobody is logged in who could see it', vi: 'không có ai đăng nhập để thấy' },
  older_than_boot: { en: 'the machine was started since', vi: 'máy đã được bật lại sau khi có lệnh' },
  not_acknowledged: { en: 'the server did not confirm in time', vi: 'máy chủ không xác nhận kịp' },
  interrupted: { en: 'the agent ended while it was at it', vi: 'tác nhân dừng giữa chừng' },
  failed: { en: 'it did not work', vi: 'không thực hiện được' },
} as const satisfies Record<string, Text>;
export type CommandReason = keyof typeof COMMAND_REASONS;
export const COMMAND_REASON_CODES = Object.keys(COMMAND_REASONS) as readonly CommandReason[] as readonly [
  CommandReason,
  ...CommandReason[],
];

/** What a self-test may find wrong; nothing found is a healthy agent. */
export const SELF_TEST_FINDINGS = {
  disk_full: { en: 'the disk takes no more messages', vi: 'ổ đĩa đã đầy, không ghi thêm được bản tin' },
  dropping: { en: 'messages were dropped for want of room', vi: 'đã phải bỏ bớt bản tin vì hết chỗ' },
  queue_long: { en: 'many messages wait for an acknowledgement', vi: 'nhiều bản tin đang chờ xác nhận' },
  clock_wrong: { en: 'the clock is wrong by more than 90 seconds', vi: 'đồng hồ sai quá 90 giây' },
  probe_failing: { en: 'a probe fails', vi: 'có bộ đo bị lỗi' },
} as const satisfies Record<string, Text>;
export type SelfTestFinding = keyof typeof SELF_TEST_FINDINGS;
export const SELF_TEST_CODES = Object.keys(SELF_TEST_FINDINGS) as readonly SelfTestFinding[] as readonly [
  SelfTestFinding,
  ...SelfTestFinding[],
];
