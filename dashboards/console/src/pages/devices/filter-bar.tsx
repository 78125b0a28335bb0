import './filter-bar.css';
import { t } from '../../i18n/index.ts';
import { Icon } from '../../parts/icons.tsx';
import { DEVICE_STATES, SORTS, type Filters, type Sort, type StateFilter } from '../../state/device-list.ts';
import { units } from '../../state/devices.ts';
import { unitOptions } from './unit-tree.ts';

interface Props {
  filters: Filters;
  onChange: (changed: Partial<Filters>) => void;
  onClear: () => void;
}

export function FilterBar({ filters, onChange, onClear }: Props) {
  const words = t().list;
  const filtered = filters.unit !== '' || filters.q !== '' || filters.state !== '' || filters.troubled;
  return (
    <form class="filters" role="search" aria-label={words.filters} onSubmit={(event) => event.preventDefault()}>
      <label class="search">
        <Icon name="search" />
        <span class="visually-hidden">{words.search}</span>
        <input
          type="search"
          placeholder={words.search}
          value={filters.q}
          maxLength={80}
          data-testid="search"
          onInput={(event) => onChange({ q: event.currentTarget.value })}
        />
      </label>
      <select
        aria-label={words.unit}
        value={filters.unit}
        data-testid="filter-unit"
        onChange={(event) => onChange({ unit: event.currentTarget.value })}
      >
        <option value="">{words.allUnits}</option>
        {unitOptions(units.value).map((unit) => (
          <option key={unit.id} value={unit.id}>
            {`${'\u2003'.repeat(unit.depth)}${unit.name} (${unit.devices})`}
          </option>
        ))}
      </select>
      <select
        aria-label={words.state}
        value={filters.state}
        data-testid="filter-state"
        onChange={(event) => onChange({ state: event.currentTarget.value as StateFilter })}
      >
        <option value="">{words.allStates}</option>
        {DEVICE_STATES.map((state) => (
          <option key={state} value={state}>
            {t().state[state]}
          </option>
        ))}
        <option value="in-use">{t().use.active}</option>
      </select>
      <select
        aria-label={words.sort}
        value={filters.sort}
        data-testid="sort"
        onChange={(event) => onChange({ sort: event.currentTarget.value as Sort })}
      >
        {SORTS.map((sort) => (
          <option key={sort} value={sort}>
            {words.sorts[sort]}
          </option>
        ))}
      </select>
      <label class="tick filter-tick">
        <input
          type="checkbox"
          checked={filters.troubled}
          data-testid="filter-troubled"
          onChange={(event) => onChange({ troubled: event.currentTarget.checked })}
        />
        {words.onlyTroubled}
      </label>
      <button type="button" class="link filter-clear" disabled={!filtered} onClick={onClear}>
        {words.clear}
      </button>
    </form>
  );
}
