import { t } from '../../i18n/index.ts';

/** As tall as what comes, so that nothing jumps. */
export function DeviceSkeleton() {
  return (
    <div class="page device" role="status">
      <span class="visually-hidden">{t().app.loading}</span>
      <div class="device-head bone-head" aria-hidden="true" />
      <div class="tiles" aria-hidden="true">
        {Array.from({ length: 5 }, (_, index) => (
          <div key={index} class="tile bone-tile" />
        ))}
      </div>
      <div class="panel bone-panel" aria-hidden="true" />
      <div class="panel bone-panel bone-tall" aria-hidden="true" />
    </div>
  );
}
