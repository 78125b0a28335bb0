import { useComputed } from '@preact/signals';
import { f, pick, t } from '../../i18n/index.ts';
import { Ago } from '../../parts/ago.tsx';
import { AntivirusChip } from '../../parts/antivirus-chip.tsx';
import { CLASS_ICON, Icon } from '../../parts/icons.tsx';
import { Meter, toneOf, Unknown } from '../../parts/meter.tsx';
import { StateBadge, UseBadge } from '../../parts/state-badge.tsx';
import type { DeviceSummary } from '../../api/types.ts';
import { placeOf } from '../../state/device-list.ts';
import { devices } from '../../state/devices.ts';
import { worstFirst } from '../../state/troubles.ts';
import { deviceHref } from '../../state/route.ts';
import { go } from '../../state/router.ts';

/** The nearest first, because the end of a long line is cut; the whole path is in the title. */
function Place({ device }: { device: DeviceSummary }) {
  const names = device.path
    .filter((unit) => unit.kind === 'school' || unit.kind === 'site' || unit.kind === 'room')
    .map((unit) => unit.name);
  names.reverse();
  return (
    <span class="place" title={placeOf(device).join(' › ')}>
      {(names.length > 0 ? names : [device.unit.name]).join(' · ')}
    </span>
  );
}

function Troubles({ device }: { device: DeviceSummary }) {
  const [first, ...others] = worstFirst(device.troubles);
  // Of what has never spoken nobody knows whether anything is wrong.
  if (first === undefined && device.lastSeen === null) return <Unknown />;
  if (first === undefined) return <span class="no-trouble">{t().list.noTrouble}</span>;
  const all = worstFirst(device.troubles).map((trouble) => pick(trouble.what));
  return (
    <span class={`trouble-line tone-${first.severity}`} title={all.join('\n')}>
      <Icon name={first.severity === 'notice' ? 'info' : 'alert'} size={14} />
      <span class="visually-hidden">{t().severity[first.severity]}: </span>
      <span class="trouble-text">
        {pick(first.what)}
        {others.length > 0 && <span class="trouble-more"> {t().list.more(f().number(others.length))}</span>}
      </span>
    </span>
  );
}

export function DeviceRow({ id }: { id: string }) {
  // Only the row whose device changed is drawn again.
  const device = useComputed(() => devices.value.get(id)).value;
  if (device === undefined) return null;
  const { latest, troubles } = device;
  const open = (event: MouseEvent) => {
    // The row is a comfort for the mouse; the name in it is the link.
    const inLink = event.target instanceof Element && event.target.closest('a, button') !== null;
    if (!inLink && getSelection()?.isCollapsed !== false) go(deviceHref(id));
  };
  return (
    <tr role="row" class={`row-${device.state}`} data-testid="device-row" data-device={id} onClick={open}>
      <td role="cell" class="col-state">
        <StateBadge state={device.state} />
        <UseBadge device={device} />
      </td>
      <td role="rowheader" class="col-device">
        <Icon name={CLASS_ICON[device.class]} size={18} />
        <span class="device-name">
          <a href={deviceHref(id)}>
            {device.name}
            <span class="visually-hidden">, {t().classes[device.class]}</span>
          </a>
          <Place device={device} />
        </span>
      </td>
      <td role="cell" class="col-cpu" data-label={t().list.columns.cpu} data-testid="cpu">
        <Meter value={latest.cpu} tone={toneOf(troubles, 'cpu')} />
      </td>
      <td role="cell" class="col-memory" data-label={t().list.columns.memory}>
        <Meter value={latest.memory} tone={toneOf(troubles, 'memory')} />
      </td>
      <td role="cell" class="col-disk" data-label={t().list.columns.disk}>
        <Meter value={latest.disk} tone={toneOf(troubles, 'disk')} />
      </td>
      <td role="cell" class="col-temperature" data-label={t().list.columns.temperature}>
        {latest.temperature === null ? <Unknown /> : f().quantity(latest.temperature, 'Cel')}
      </td>
      <td role="cell" class="col-antivirus">
        <AntivirusChip antivirus={device.antivirus} />
      </td>
      <td role="cell" class="col-seen">
        {device.lastSeen === null ? <span class="unknown">{t().list.never}</span> : <Ago at={device.lastSeen} />}
      </td>
      <td role="cell" class="col-troubles">
        <Troubles device={device} />
      </td>
    </tr>
  );
}
