import { useMemo } from 'preact/hooks';
import './device.css';
import { Charts } from '../../charts/charts.tsx';
import { firstRange, RANGES, type Range } from '../../charts/points.ts';
import { t } from '../../i18n/index.ts';
import { errorText } from '../../parts/error-text.ts';
import { useTitle } from '../../parts/title.ts';
import { route, setQuery } from '../../state/router.ts';
import { AgentFacts } from './agent-facts.tsx';
import { Commands } from './commands.tsx';
import { DayPanel } from './day-panel.tsx';
import { DeviceHead } from './device-head.tsx';
import { DeviceSkeleton } from './device-skeleton.tsx';
import { HardwareFacts } from './hardware-facts.tsx';
import { SecurityFacts } from './security-facts.tsx';
import { Tiles } from './tiles.tsx';
import { Troubles } from './troubles.tsx';
import { useDevice } from './use-device.ts';

export function DevicePage({ id }: { id: string }) {
  const { device, error, again } = useDevice(id);
  useTitle(device?.name ?? t().app.devices);
  const { query } = route.value;
  // Chosen once for the page: it must not change under the reader's eyes when a new machine gets older.
  const usual = useMemo(() => (device === undefined ? '24h' : firstRange(device.enrolledAt, device.latest.at)), [device?.id]);
  const range: Range = RANGES.find((one) => one === query['range']) ?? usual;
  const set = (changed: Record<string, string>) => setQuery(`/devices/${id}`, { ...query, ...changed });
  if (device === undefined) {
    if (error === undefined) return <DeviceSkeleton />;
    return (
      <div class="page page-wait" role="alert">
        <p>{errorText(error)}</p>
        <button type="button" class="button" onClick={again}>
          {t().app.retry}
        </button>
        <a href="/devices">{t().app.backToDevices}</a>
      </div>
    );
  }
  return (
    <article class="page device" data-testid="device" data-device={id}>
      <DeviceHead device={device} />
      <Troubles troubles={device.troubles} known={device.lastSeen !== null} />
      <Tiles device={device} />
      <Commands id={id} state={device.state} />
      <DayPanel device={device} day={query['day']} onDay={(day) => set({ day: day ?? '' })} />
      <Charts device={device} range={range} onRange={(value) => set({ range: value === usual ? '' : value })} />
      <section aria-labelledby="facts-title">
        <h2 id="facts-title" class="visually-hidden">
          {t().device.facts}
        </h2>
        <div class="facts-grid">
          <HardwareFacts inventory={device.inventory} />
          <SecurityFacts device={device} />
          <AgentFacts device={device} />
        </div>
      </section>
    </article>
  );
}
