import { t } from '../i18n/index.ts';
import { useTitle } from '../parts/title.ts';

export function MissingPage() {
  useTitle(t().app.missingTitle);
  return (
    <div class="page page-wait">
      <h1>{t().app.missingTitle}</h1>
      <p>{t().app.missingText}</p>
      <a class="button" href="/devices">
        {t().app.backToDevices}
      </a>
    </div>
  );
}
