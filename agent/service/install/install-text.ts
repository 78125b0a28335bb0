const TEXT = {
  en: {
    dryRun: 'Nothing is changed. This would be done:',
    installed: (where: string) => `installed (${where})`,
    later: 'done: the agent starts and enrols when this image starts as a machine',
    server: (url: string) => `server: ${url}`,
    seat: (label: string) => `seat: ${label}`,
    device: (id: string) => `device: ${id}`,
    done: 'done: the agent runs and is connected',
    enrolledOnly: (why: string) => `enrolled, but not connected to the broker yet (${why}); the agent tries again by itself`,
    notYet: 'installed, but not enrolled yet; the agent tries again by itself. See: labwatch agent doctor',
    silent: 'the service was started but does not answer; see: labwatch agent doctor',
    removed: 'uninstalled',
    kept: (home: string) => `the data in ${home} was kept (--purge removes it)`,
    started: 'the agent is started',
    stopped: 'the agent is stopped',
  },
  vi: {
    dryRun: 'Không thay đổi gì. Các việc sẽ làm:',
    installed: (where: string) => `đã cài đặt (${where})`,
    later: 'xong: tác nhân sẽ tự chạy và ghi danh khi máy dùng ảnh đĩa này khởi động',
    server: (url: string) => `máy chủ: ${url}`,
    seat: (label: string) => `chỗ ngồi: ${label}`,
    device: (id: string) => `thiết bị: ${id}`,
    done: 'xong: tác nhân đang chạy và đã kết nối',
    enrolledOnly: (why: string) => `đã ghi danh nhưng chưa nối được tới broker (${why}); tác nhân sẽ tự thử lại`,
    notYet: 'đã cài đặt nhưng chưa ghi danh được; tác nhân sẽ tự thử lại. Hãy xem: labwatch agent doctor',
    silent: 'đã khởi động dịch vụ nhưng chưa thấy trả lời; hãy xem: labwatch agent doctor',
    removed: 'đã gỡ bỏ',
    kept: (home: string) => `dữ liệu trong ${home} được giữ lại (thêm --purge để xóa)`,
    started: 'tác nhân đã khởi động',
    stopped: 'tác nhân đã dừng',
  },
} as const;

/** What installing and controlling the service says. */
export const say = (language: 'en' | 'vi'): (typeof TEXT)['en'] | (typeof TEXT)['vi'] => TEXT[language];
