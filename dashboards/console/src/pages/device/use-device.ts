import { useEffect, useState } from 'preact/hooks';
import { api, ApiError } from '../../api/client.ts';
import type { DeviceDetail, DeviceSummary } from '../../api/types.ts';
import { listenDevices, listenHello } from '../../state/live.ts';

export interface DeviceRead {
  readonly device: DeviceDetail | undefined;
  readonly error: ApiError | undefined;
  readonly again: () => void;
}

/** At most one full reading in this time, in ms: the summary in the event is shown at once anyway. */
const EVERY = 2_000;

/** The numbers of an event over the full record: the parts only the full record has stay. */
export function overlay(device: DeviceDetail, fresh: DeviceSummary): DeviceDetail {
  return { ...device, ...fresh };
}

/** One device, kept fresh by the events; an error after the first reading leaves what there is. */
export function useDevice(id: string): DeviceRead {
  const [device, setDevice] = useState<DeviceDetail>();
  const [error, setError] = useState<ApiError>();
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    const request = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const read = () =>
      api
        .device(id, request.signal)
        .then(setDevice)
        .catch((why: unknown) => {
          if (why instanceof ApiError && !request.signal.aborted) setError(why);
        });
    const soon = () => {
      timer ??= setTimeout(() => {
        timer = undefined;
        void read();
      }, EVERY);
    };
    void read();
    const stopDevices = listenDevices((fresh) => {
      if (fresh.id !== id) return;
      setDevice((held) => held && overlay(held, fresh));
      soon();
    });
    const stopHello = listenHello(soon);
    return () => {
      request.abort();
      clearTimeout(timer);
      stopDevices();
      stopHello();
    };
  }, [id, turn]);
  return { device, error, again: () => setTurn(turn + 1) };
}
