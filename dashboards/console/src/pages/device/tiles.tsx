import './tiles.css';
import type { ComponentChildren } from 'preact';
import type { DeviceDetail, Metrics, Severity } from '../../api/types.ts';
import { f, t } from '../../i18n/index.ts';
import { meanOf } from '../../state/metrics.ts';
import { toneOf, Unknown } from '../../parts/meter.tsx';

interface TileProps {
  name: string;
  id: string;
  value: string | null;
  bar?: number | null;
  tone?: Severity | undefined;
  children?: ComponentChildren;
}

function Tile({ name, id, value, bar, tone, children }: TileProps) {
  return (
    <div class={`tile${tone === undefined ? '' : ` tone-${tone}`}`}>
      <dt>{name}</dt>
      <dd class="tile-value" data-testid={`tile-${id}`}>
        {value ?? <Unknown words />}
      </dd>
      <dd class="tile-more">{children}</dd>
      {bar != null && (
        <dd class="tile-track" aria-hidden="true">
          <span class="tile-bar" style={{ transform: `scaleX(${Math.max(0, Math.min(1, bar / 100))})` }} />
        </dd>
      )}
    </div>
  );
}

export function Tiles({ device }: { device: DeviceDetail }) {
  const words = t().device;
  const { latest, troubles } = device;
  const metrics: Metrics = device.metrics ?? {};
  const percent = (value: number | null) => (value === null ? null : f().percent(value));
  const rangeOf = (name: 'cpu' | 'temperature', unit: string) => {
    const value = metrics[name];
    return typeof value === 'object' ? words.range(f().quantity(value.min, unit), f().quantity(value.max, unit)) : null;
  };
  const rate = (name: 'network_received' | 'network_sent') => {
    const value = meanOf(metrics[name]);
    return value === null ? null : f().quantity(value, 'By/s');
  };
  const total = meanOf(metrics['memory_total']);
  const free = meanOf(metrics['disk_free']);
  const link = meanOf(metrics['link_speed']);
  const received = rate('network_received');
  const sent = rate('network_sent');
  return (
    <dl class={`tiles${device.state === 'online' ? '' : ' tiles-old'}`} aria-label={words.now}>
      <Tile id="cpu" name={words.tiles.cpu} value={percent(latest.cpu)} bar={latest.cpu} tone={toneOf(troubles, 'cpu')}>
        {rangeOf('cpu', '%')}
      </Tile>
      <Tile id="memory" name={words.tiles.memory} value={percent(latest.memory)} bar={latest.memory} tone={toneOf(troubles, 'memory')}>
        {total !== null && words.ofTotal(f().bytes(total, 1024))}
      </Tile>
      <Tile id="disk" name={words.tiles.disk} value={percent(latest.disk)} bar={latest.disk} tone={toneOf(troubles, 'disk')}>
        {free !== null && words.free(f().bytes(free))}
      </Tile>
      <Tile
        id="temperature"
        name={words.tiles.temperature}
        value={latest.temperature === null ? null : f().quantity(latest.temperature, 'Cel')}
        tone={toneOf(troubles, 'temperature')}
      >
        {latest.temperature !== null ? rangeOf('temperature', 'Cel') : device.metrics === null ? null : words.noSensor}
      </Tile>
      <Tile id="network" name={words.tiles.network} value={received === null ? null : `↓ ${received}`}>
        {[sent === null ? null : `↑ ${sent} ${words.sent}`, link === null ? null : words.link(f().quantity(link, 'Mbit/s'))]
          .filter((part) => part !== null)
          .join(' · ')}
      </Tile>
    </dl>
  );
}
