import type { MissingPart } from '../../../ledger/index.ts';
import type { Rule, Subject, Trouble } from '../subject.ts';

const GIB = 1024 ** 3;

/** "4 GB", as shops write it: modules in powers of two, disks in powers of ten. */
function amount({ component, size }: MissingPart): string {
  if (size === undefined) return '';
  return component === 'memory' ? ` ${Math.round((size / GIB) * 10) / 10} GB` : ` ${Math.round(size / 1e9)} GB`;
}

/** Short enough for one line, and enough to know it again. */
function named({ maker, part, serial }: MissingPart): string {
  const which = [maker, part]
    .filter((text) => text !== undefined)
    .join(' ')
    .slice(0, 40);
  const number = serial === undefined ? '' : `S/N ${serial.slice(0, 24)}`;
  const both = [which, number].filter((text) => text !== '').join(', ');
  return both === '' ? '' : ` (${both})`;
}

/** The seat as it was labelled, else the name of the device. */
const seatOf = ({ device, state }: Subject): string => (state.inventory?.seat ?? device.name).slice(0, 30);

function words(subject: Subject, part: MissingPart, others: number): Trouble['what'] {
  const seat = seatOf(subject);
  const more = others === 0 ? { vi: '', en: '' } : { vi: `, và ${others} linh kiện khác`, en: `, and ${others} more` };
  const slot =
    part.slot === undefined ? { vi: '', en: '' } : { vi: ` ở khe ${part.slot.slice(0, 16)}`, en: ` in slot ${part.slot.slice(0, 16)}` };
  const what = `${amount(part)}${named(part)}`;
  if (part.component === 'memory') {
    return { vi: `${seat} mất thanh RAM${what}${slot.vi}${more.vi}.`, en: `${seat} lacks a memory module:${what}${slot.en}${more.en}.` };
  }
  return part.replaced
    ? { vi: `${seat} đã bị thay ổ đĩa${what}${more.vi}.`, en: `In ${seat} a disk was replaced:${what}${more.en}.` }
    : { vi: `${seat} mất ổ đĩa${what}${more.vi}.`, en: `${seat} lacks a disk:${what}${more.en}.` };
}

/** Parts that two boots in a row did not show, by what the collector remembers. */
export const missingPart: Rule = {
  name: 'missing-part',
  codes: ['memory-missing', 'disk-missing', 'disk-replaced'],
  check: (subject) => {
    const missing = subject.state.hardware?.missing ?? [];
    const first = missing.find(({ component }) => component === 'memory') ?? missing.find(({ replaced }) => !replaced) ?? missing[0];
    if (first === undefined) return undefined;
    const replaced = first.component === 'disk' && first.replaced;
    return {
      code: first.component === 'memory' ? 'memory-missing' : replaced ? 'disk-replaced' : 'disk-missing',
      severity: replaced ? 'notice' : 'urgent',
      what: words(subject, first, missing.length - 1),
      advice: {
        vi: 'Mở máy kiểm tra: linh kiện có thể lỏng, được chuyển đi hoặc bị lấy mất. Nếu nhà trường đã chuyển, không cần làm gì.',
        en: 'Open the machine: the part may be loose, moved or taken. If the school moved it, nothing needs to be done.',
      },
      since: first.since,
    };
  },
};
