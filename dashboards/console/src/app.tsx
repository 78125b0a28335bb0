import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { lazy, type Loaded } from './parts/lazy.tsx';
import { t } from './i18n/index.ts';
import { DevicesPage } from './pages/devices/devices-page.tsx';
import { LoginPage } from './pages/login/login-page.tsx';
import { MissingPage } from './pages/missing-page.tsx';
import { PasswordPage } from './pages/login/password-page.tsx';
import { StartPage } from './pages/start-page.tsx';
import { AwayBanner } from './parts/away-banner.tsx';
import { TopBar } from './parts/top-bar.tsx';
import { passwordLater, session } from './state/session.ts';
import { route } from './state/router.ts';

/** Charts are two fifths of the console: they are fetched with the first device page. */
const DevicePage = lazy((): Loaded<{ id: string }> => import('./pages/device/device-page.tsx').then((module) => module.DevicePage));

/** A new page starts at its top with the keyboard and the screen reader in it; the list comes back where it was left. */
function usePageChange(place: string) {
  const left = useRef({ place, list: 0 });
  useLayoutEffect(() => {
    const before = left.current;
    if (before.place === place) return;
    before.place = place;
    document.getElementById('main')?.focus({ preventScroll: true });
    window.scrollTo(0, place === 'devices' ? before.list : 0);
  }, [place]);
  useEffect(() => {
    if (place !== 'devices') return undefined;
    const note = () => {
      left.current.list = window.scrollY;
    };
    window.addEventListener('scroll', note, { passive: true });
    return () => window.removeEventListener('scroll', note);
  }, [place]);
}

function Page() {
  const open = route.value;
  usePageChange(open.page === 'device' ? open.id : open.page);
  if (open.page === 'devices') return <DevicesPage />;
  return open.page === 'device' ? <DevicePage key={open.id} id={open.id} /> : <MissingPage />;
}

export function App() {
  const user = session.value?.user;
  if (session.value === undefined) return <StartPage />;
  if (user === undefined) return <LoginPage />;
  if (user.mustChangePassword && !passwordLater.value) return <PasswordPage forced />;
  if (route.value.page === 'password') return <PasswordPage forced={false} />;
  return (
    <>
      <a class="skip" href="#main">
        {t().app.skip}
      </a>
      <TopBar />
      {user.mustChangePassword && (
        <aside class="reminder">
          {t().password.reminder} <a href="/password">{t().app.changePassword}</a>
        </aside>
      )}
      <main id="main" tabIndex={-1}>
        <Page />
      </main>
      <AwayBanner />
    </>
  );
}
