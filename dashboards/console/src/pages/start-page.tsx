import { t } from '../i18n/index.ts';
import { Mark } from '../parts/icons.tsx';
import { resume, unreachable } from '../state/session.ts';

/** Until the server has said who is logged in. */
export function StartPage() {
  return (
    <main class="start" aria-live="polite" data-testid="start">
      <Mark size={40} />
      {unreachable.value && (
        <>
          <p>{t().errors.network}</p>
          <button type="button" class="button" onClick={() => void resume()}>
            {t().app.retry}
          </button>
        </>
      )}
    </main>
  );
}
