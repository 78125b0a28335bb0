import './device-table.css';
import { t } from '../../i18n/index.ts';
import { DeviceRow } from './device-row.tsx';

const COLUMNS = ['state', 'device', 'cpu', 'memory', 'disk', 'temperature', 'antivirus', 'seen', 'troubles'] as const;

function Head() {
  return (
    <thead role="rowgroup">
      <tr role="row">
        {COLUMNS.map((column) => (
          <th key={column} role="columnheader" scope="col" class={`col-${column}`}>
            {t().list.columns[column]}
          </th>
        ))}
      </tr>
    </thead>
  );
}

/** A table on wide screens, cards on a phone: the same elements, so the roles are said outright (CSS would take them away). */
export function DeviceTable({ ids }: { ids: readonly string[] }) {
  return (
    <table class="device-table" role="table" aria-label={t().list.title} data-testid="devices">
      <Head />
      <tbody role="rowgroup">
        {ids.map((id) => (
          <DeviceRow key={id} id={id} />
        ))}
      </tbody>
    </table>
  );
}

/** As tall as the rows to come, so that nothing jumps when they do. */
export function TableSkeleton() {
  return (
    <div role="status">
      <span class="visually-hidden">{t().app.loading}</span>
      <table class="device-table skeleton" aria-hidden="true">
        <Head />
        <tbody>
          {Array.from({ length: 12 }, (_, row) => (
            <tr key={row}>
              <td colSpan={COLUMNS.length}>
                <span class="bone" />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
