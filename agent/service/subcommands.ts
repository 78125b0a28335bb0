type Run = (argv: readonly string[]) => Promise<number>;

interface Subcommand {
  /** What it does; absent when it is not for people: the agent starts itself with that word. */
  readonly en?: string;
  readonly vi?: string;
  /** Loaded only when it is asked for: the running agent must not carry the installer. */
  load(): Promise<Run>;
}

/** The subcommands of `labwatch agent`, in the order of its help. */
export const SUBCOMMANDS: Readonly<Record<string, Subcommand>> = {
  install: {
    en: 'install the agent as a service of this machine, start it and enrol (--help for its options)',
    vi: 'cài tác nhân thành dịch vụ của máy này, khởi động và ghi danh (--help để xem tùy chọn)',
    load: async () => (await import('./install/install.ts')).install,
  },
  uninstall: {
    en: 'take the service away again (--purge: its data too)',
    vi: 'gỡ dịch vụ khỏi máy (--purge: xóa cả dữ liệu)',
    load: async () => (await import('./install/uninstall.ts')).uninstall,
  },
  start: {
    en: 'start the installed service',
    vi: 'khởi động dịch vụ đã cài',
    load: async () => (await import('./control.ts')).startService,
  },
  stop: {
    en: 'stop the installed service',
    vi: 'dừng dịch vụ đã cài',
    load: async () => (await import('./control.ts')).stopService,
  },
  status: {
    en: 'how the agent of this data folder is (--json for programs)',
    vi: 'tình trạng của tác nhân ở thư mục dữ liệu này (--json cho chương trình)',
    load: async () => (await import('./status.ts')).printStatus,
  },
  doctor: {
    en: 'what is well, what is not, and what to do (--json for programs)',
    vi: 'khám toàn bộ: điều gì ổn, điều gì không và cách xử lý (--json cho chương trình)',
    load: async () => (await import('./doctor/doctor.ts')).doctor,
  },
  once: {
    en: 'print what the probes see here, without a server (--json for programs)',
    vi: 'in ra những gì đo được trên máy này, không cần máy chủ (--json cho chương trình)',
    load: async () => (await import('./once.ts')).once,
  },
  run: {
    en: 'watch this machine until stopped; enrols first when it has a token',
    vi: 'theo dõi máy này đến khi dừng; tự ghi danh nếu có mã',
    load: async () => (await import('./run.ts')).run,
  },
  service: {
    en: 'what the system starts: as run, but it never gives up',
    vi: 'lệnh do hệ thống khởi động: như run nhưng không bao giờ bỏ cuộc',
    load: async () => (await import('./service.ts')).service,
  },
  helper: {
    en: 'Windows: tell the agent how long nothing was touched in this session (started at logon)',
    vi: 'Windows: báo cho tác nhân phiên này đã bao lâu không ai dùng (tự chạy khi đăng nhập)',
    load: async () => (await import('./helper.ts')).helper,
  },
  preflight: { load: async () => (await import('../update/preflight-word.ts')).preflightWord },
  'inventory-child': { load: async () => (await import('../probes/inventory/child.ts')).inventoryChild },
};

/** The lines of `labwatch agent --help`. */
export const subcommandRows = (language: 'en' | 'vi'): string[] =>
  Object.entries(SUBCOMMANDS).flatMap(([name, { [language]: what }]) => (what === undefined ? [] : [`  ${name.padEnd(9)}  ${what}`]));
