import './devices.css';
import { useEffect, useMemo, useState } from 'preact/hooks';
import { f, t } from '../../i18n/index.ts';
import { errorText } from '../../parts/error-text.ts';
import { useTitle } from '../../parts/title.ts';
import { arrange, filtersOf, keepOrder, matches, queryOf, type Filters } from '../../state/device-list.ts';
import { complete, devices, listStatus, more, narrow, openList, readMore } from '../../state/devices.ts';
import { route, setQuery } from '../../state/router.ts';
import { DeviceTable, TableSkeleton } from './device-table.tsx';
import { EmptyFleet, NothingMatches } from './empty.tsx';
import { FilterBar } from './filter-bar.tsx';
import { Summary } from './summary.tsx';

/** Rows drawn at once: an old computer draws a hundred without a pause. */
const STEP = 100;

/** The ids to show. Taken anew when the reader changes what is asked; devices that come or change do not move the others. */
function useOrder(filters: Filters): string[] {
  const asked = JSON.stringify(filters);
  const known = devices.value;
  const ready = listStatus.value === 'ready';
  const kept = useMemo(() => ({ asked: '', ready: false, order: [] as string[] }), []);
  return useMemo(() => {
    const matching = arrange(known.values(), filters);
    kept.order = kept.asked === asked && kept.ready === ready ? keepOrder(kept.order, matching, (id) => known.has(id)) : matching;
    kept.asked = asked;
    kept.ready = ready;
    return kept.order;
  }, [asked, known, ready]);
}

/** How many devices are known in a unit, revoked ones too: they are in the list. */
const unitSize = (unit: string) => [...devices.value.values()].filter((device) => matches(device, { ...filtersOf({}), unit })).length;

export function DevicesPage() {
  useTitle(t().list.title);
  const filters = filtersOf(route.value.query);
  const [shown, setShown] = useState(STEP);
  const order = useOrder(filters);
  useEffect(() => void openList(filters.unit), [filters.unit]);
  useEffect(() => {
    setShown(STEP);
    const timer = setTimeout(() => {
      void narrow(filters);
    }, 300);
    return () => clearTimeout(timer);
  }, [filters.unit, filters.q, filters.state, filters.troubled]);

  const change = (changed: Partial<Filters>) => setQuery('/devices', queryOf({ ...filters, ...changed }));
  const clear = () => change({ unit: '', q: '', state: '', troubled: false });
  const status = listStatus.value;
  const visible = order.slice(0, shown);
  const total = unitSize(filters.unit);
  const count = complete.value
    ? t().list.counts(f().number(visible.length), f().number(total))
    : t().list.countsMore(f().number(visible.length));
  return (
    <div class="page devices">
      <h1 class="visually-hidden">{t().list.title}</h1>
      <Summary filters={filters} onChange={change} />
      <FilterBar filters={filters} onChange={change} onClear={clear} />
      {status === 'loading' && <TableSkeleton />}
      {typeof status === 'object' && (
        <div class="empty" role="alert">
          <p>{errorText(status.error)}</p>
          <button type="button" class="button" onClick={() => void openList(filters.unit)}>
            {t().app.retry}
          </button>
        </div>
      )}
      {status === 'ready' && visible.length > 0 && <DeviceTable ids={visible} />}
      {status === 'ready' && visible.length === 0 && (devices.value.size === 0 ? <EmptyFleet /> : <NothingMatches onClear={clear} />)}
      <p class="count" role="status" aria-live="polite" data-testid="count">
        {status === 'ready' && devices.value.size > 0 ? count : ''}
      </p>
      {(order.length > shown || more.value !== null) && (
        <button
          type="button"
          class="button more"
          data-testid="more"
          onClick={() => {
            setShown(shown + STEP);
            if (order.length < shown + STEP) void readMore();
          }}
        >
          {t().list.loadMore}
        </button>
      )}
    </div>
  );
}
