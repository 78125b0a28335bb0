import { useEffect, useState } from 'preact/hooks';
import type { ComponentType } from 'preact';
import { t } from '../i18n/index.ts';

export type Loaded<P> = Promise<ComponentType<P>>;

/** A page whose code is fetched when it is first opened. A failed fetch is offered again. */
export function lazy<P extends object>(load: () => Loaded<P>): ComponentType<P> {
  let loaded: ComponentType<P> | undefined;
  return function Lazy(props: P) {
    const [Inner, setInner] = useState<{ is: ComponentType<P> } | undefined>(loaded && { is: loaded });
    const [attempt, setAttempt] = useState(0);
    const [failed, setFailed] = useState(false);
    useEffect(() => {
      if (Inner !== undefined) return;
      setFailed(false);
      void load().then(
        (component) => setInner({ is: (loaded = component) }),
        () => setFailed(true),
      );
    }, [attempt]);
    if (Inner !== undefined) return <Inner.is {...props} />;
    return (
      <div class="page page-wait" role="status">
        {failed ? (
          <>
            <p>{t().errors.network}</p>
            <button type="button" class="button" onClick={() => setAttempt(attempt + 1)}>
              {t().app.retry}
            </button>
          </>
        ) : (
          t().app.loading
        )}
      </div>
    );
  };
}
