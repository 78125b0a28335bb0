import { useEffect, useRef, useState } from 'preact/hooks';
import type { MetricName } from '../../../../protocol/catalogue.ts';
import { api } from '../api/client.ts';
import type { Point } from '../api/types.ts';
import { serverNow } from '../state/clock.ts';
import { appendPoints, isBehind, RANGE, type Range } from './points.ts';

export interface SeriesState {
  readonly status: 'loading' | 'ready' | 'failed';
  readonly points: readonly Point[];
  readonly step: number;
  /** Edges of the chart, epoch ms. */
  readonly from: number;
  readonly to: number;
}

/** The newest report is asked for again after 2, 4, 8 and 16 s; a metric that the device does not have never comes. */
const ATTEMPTS = 4;
const WAIT = 2_000;

/** A metric over a range that ends now. When `latestAt` moves on, only what is new is fetched and appended. */
export function useSeries(id: string, field: MetricName, range: Range, latestAt: string | null): SeriesState {
  const { length, step } = RANGE[range];
  const blank = (): SeriesState => ({ status: 'loading', points: [], step, from: serverNow() - length * 1000, to: serverNow() });
  const [state, setState] = useState(blank);
  const held = useRef({ key: '', points: [] as readonly Point[] });
  const key = `${id} ${field} ${range}`;

  useEffect(() => {
    const request = new AbortController();
    let timer: number | undefined;
    const again = held.current.key === key;
    if (!again) {
      held.current = { key, points: [] };
      setState(blank());
    }
    const read = async (attempt: number) => {
      const to = serverNow();
      const from = to - length * 1000;
      const old = held.current.points;
      try {
        const series = await api.series(id, field, old[old.length - 1]?.at ?? from, to, step, request.signal);
        const points = appendPoints(old, series.points, from);
        held.current = { key, points };
        setState({ status: 'ready', points, step: series.step, from, to });
        if (attempt < ATTEMPTS && isBehind(points, series.step, latestAt))
          timer = window.setTimeout(() => void read(attempt + 1), WAIT * 2 ** attempt);
      } catch {
        // What is drawn stays; only a chart that never had anything says so.
        if (!request.signal.aborted && !again) setState((now) => ({ ...now, status: 'failed' }));
      }
    };
    void read(0);
    return () => {
      window.clearTimeout(timer);
      request.abort();
    };
  }, [key, latestAt]);
  return state;
}
