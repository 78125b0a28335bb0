import './state-badge.css';
import type { DeviceState, DeviceSummary, UseState } from '../api/types.ts';
import { t } from '../i18n/index.ts';

/** A dot whose shape differs too, and the word. */
export function StateBadge({ state }: { state: DeviceState }) {
  return (
    <span class={`state state-${state}`} data-state={state}>
      <span class="state-dot" aria-hidden="true" />
      {t().state[state]}
    </span>
  );
}

/** What to say of use: a device that is off says so with its state, one that is silent is not known to be in use or idle. */
export function useWord(device: Pick<DeviceSummary, 'state' | 'use'>): { state: UseState; word: string } | undefined {
  if (device.state !== 'online') return undefined;
  return { state: device.use.state, word: t().use[device.use.state] };
}

export function UseBadge({ device }: { device: Pick<DeviceSummary, 'state' | 'use'> }) {
  const use = useWord(device);
  return use === undefined ? null : <span class={`use use-${use.state}`}>{use.word}</span>;
}
