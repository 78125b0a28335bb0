import { useEffect, useRef, useState } from 'preact/hooks';
import { api, ApiError } from '../../api/client.ts';
import type { DeviceDay } from '../../api/types.ts';

export type DayRead = DeviceDay | 'failed' | undefined;

/**
 * The days asked for, each read once; today again whenever `latestAt` moves on. Late reports may fill a past day: it is
 * read again when the page is opened again.
 */
export function useDays(id: string, days: readonly string[], today: string, latestAt: string | null): ReadonlyMap<string, DayRead> {
  const [held, setHeld] = useState<ReadonlyMap<string, DayRead>>(new Map());
  const asked = useRef(new Map<string, string | null>());
  useEffect(() => {
    asked.current.clear();
    setHeld(new Map());
  }, [id]);
  useEffect(() => {
    for (const day of days) {
      const mark = day === today ? latestAt : null;
      if (asked.current.has(day) && asked.current.get(day) === mark) continue;
      asked.current.set(day, mark);
      api.day(id, day).then(
        (read) => setHeld((all) => new Map([...all, [day, read]])),
        (error: unknown) => {
          asked.current.delete(day);
          if (error instanceof ApiError) setHeld((all) => (typeof all.get(day) === 'object' ? all : new Map([...all, [day, 'failed']])));
        },
      );
    }
  }, [id, days.join(), today, latestAt]);
  return held;
}
