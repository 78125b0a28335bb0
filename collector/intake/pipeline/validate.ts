import { drop, type Item, type Verdict } from './stage.ts';

/** What a message may not be, however well it reads: retained, unless it is presence. */
export function validate(item: Item): Verdict {
  if (item.message.retained && item.kind !== 'presence') return drop('RETAINED');
  return item.verdict;
}
