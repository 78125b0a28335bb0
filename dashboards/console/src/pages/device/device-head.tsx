import type { DeviceDetail } from '../../api/types.ts';
import { f, t } from '../../i18n/index.ts';
import { Ago } from '../../parts/ago.tsx';
import { CLASS_ICON, Icon } from '../../parts/icons.tsx';
import { StateBadge, UseBadge } from '../../parts/state-badge.tsx';

export function DeviceHead({ device }: { device: DeviceDetail }) {
  const words = t().device;
  const { session } = device.use;
  return (
    <header class="device-head">
      <nav class="crumbs" aria-label={words.place}>
        <a href="/devices">
          <Icon name="left" size={14} />
          {words.back}
        </a>
        {device.path.map((unit) => (
          <a key={unit.id} href={`/devices?unit=${unit.id}`} title={t().units[unit.kind]}>
            {unit.name}
          </a>
        ))}
      </nav>
      <div class="device-title">
        <Icon name={CLASS_ICON[device.class]} size={26} />
        <h1>{device.name}</h1>
        <span class="device-class">{t().classes[device.class]}</span>
      </div>
      <p class="device-now">
        <StateBadge state={device.state} />
        <UseBadge device={device} />
        {device.state === 'online' && session !== null && session !== 'unknown' && <span class="quiet">{t().session[session]}</span>}
        <span class="quiet">
          {device.lastSeen === null ? (
            words.noReport
          ) : device.latest.at !== null && device.state === 'online' ? (
            words.reportedAt(f().clock(device.latest.at))
          ) : (
            <>
              {words.lastSeen('')}
              <Ago at={device.lastSeen} /> ({f().dateTime(device.lastSeen)})
            </>
          )}
        </span>
      </p>
    </header>
  );
}
