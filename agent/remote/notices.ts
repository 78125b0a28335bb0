import type { Notice } from '../../protocol/commands.ts';

/**
 * What `locate` shows. The words stand here and nowhere else: a server chooses one by its code, the seat is the label in this
 * machine's own settings. Both languages, because nobody knows who sits there.
 */
const TEXTS: Readonly<Record<Notice, { readonly vi: string; readonly en: string }>> = {
  here: { vi: 'Quản trị viên đang tìm máy này.', en: 'An administrator is looking for this computer.' },
  save_work: { vi: 'Máy sắp được tắt hoặc khởi động lại. Hãy lưu bài.', en: 'This computer will go off or restart soon. Save your work.' },
  call_teacher: { vi: 'Hãy báo giáo viên đến xem máy này.', en: 'Please ask the teacher to look at this computer.' },
};

export const NOTICE_TITLE = 'labwatch';

export function noticeText(notice: Notice, seat: string | undefined): string {
  const { vi, en } = TEXTS[notice];
  return [...(seat === undefined ? [] : [seat]), vi, en].join('\n');
}
