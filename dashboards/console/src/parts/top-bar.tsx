import './top-bar.css';
import { t } from '../i18n/index.ts';
import { route } from '../state/router.ts';
import { logout, session } from '../state/session.ts';
import { Icon, Mark } from './icons.tsx';
import { LanguageSwitch, ThemeSwitch } from './switches.tsx';
import { LiveIndicator } from './live-indicator.tsx';

export function TopBar() {
  const user = session.value?.user;
  return (
    <header class="top-bar">
      <div class="top-bar-inner">
        <a class="brand" href="/devices">
          <Mark />
          <span>labwatch</span>
        </a>
        <nav aria-label={t().app.menu}>
          <a href="/devices" aria-current={route.value.page === 'devices' ? 'page' : undefined}>
            {t().app.devices}
          </a>
        </nav>
        <LiveIndicator />
        <div class="top-bar-tools">
          <LanguageSwitch />
          <ThemeSwitch />
          <a class="tool" href="/password" title={t().app.changePassword} aria-label={t().app.changePassword} data-testid="change-password">
            <Icon name="key" />
          </a>
          <button
            type="button"
            class="tool tool-wide"
            title={t().app.logout}
            data-testid="logout"
            onClick={() => {
              void logout();
            }}
          >
            <Icon name="leave" />
            <span class="tool-text">{t().app.logout}</span>
            <span class="visually-hidden"> ({user?.name})</span>
          </button>
        </div>
      </div>
    </header>
  );
}
