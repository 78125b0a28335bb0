import type { JSX } from 'preact';
import type { DeviceClass } from '../api/types.ts';

/** Drawn on 16 × 16 with one stroke; always beside words, so hidden from screen readers. */
const PATHS = {
  desktop: 'M2 3h12v8H2zM6 14h4M8 11v3',
  laptop: 'M3.5 3.5h9v6.5h-9zM1.5 12.5h13',
  office: 'M2 3h8v7H2zM4 13h4M6 10v3M12 3h2v10h-2z',
  server: 'M2.5 2.5h11v4.5h-11zM2.5 9h11v4.5h-11zM5 4.7h.1M5 11.2h.1',
  tv: 'M1.5 3.5h13v8h-13zM5 14h6',
  board: 'M1.5 2.5h13v9h-13zM5 14l1-2.5M11 14l-1-2.5M4.5 8.5l2-2.5 2 2 2.5-3',
  projector: 'M1.5 5.5h13v6h-13zM10.5 8.5a1.7 1.7 0 1 0 .001 0zM4 8.5h2M3.5 13v-1.5M12.5 13v-1.5',
  other: 'M3 3h10v10H3zM6 6h4v4H6z',
  search: 'M7 2.5a4.5 4.5 0 1 0 .001 0zM10.5 10.5l3.5 3.5',
  left: 'M10 3L5 8l5 5',
  right: 'M6 3l5 5-5 5',
  light: 'M8 5a3 3 0 1 0 .001 0zM8 1v1.5M8 13.5V15M1 8h1.5M13.5 8H15M3 3l1 1M12 12l1 1M13 3l-1 1M4 12l-1 1',
  dark: 'M13 9.5A5.5 5.5 0 0 1 6.5 3 5.5 5.5 0 1 0 13 9.5z',
  system: 'M8 2.5a5.5 5.5 0 1 0 .001 0zM8 2.5v11M8 4.5h3.5M8 7h5M8 9.5h5M8 12h3.5',
  key: 'M5 7.5a3 3 0 1 0 .001 0zM7.5 9l6-6M11 5.5l2 2',
  leave: 'M6 2.5H2.5v11H6M6.5 8h7M10.5 5l3 3-3 3',
  check: 'M3 8.5l3.5 3.5L13 4.5',
  dash: 'M4 8h8',
  alert: 'M8 2L1.5 13.5h13zM8 6.5v3.5M8 11.8v.1',
  info: 'M8 2a6 6 0 1 0 .001 0zM8 7.5V11M8 5.2v.1',
  user: 'M8 2.5a2.8 2.8 0 1 0 .001 0zM2.5 14c.5-3 2.5-4.5 5.5-4.5s5 1.5 5.5 4.5',
} as const;
export type IconName = keyof typeof PATHS;

export function Icon({ name, size = 16 }: { name: IconName; size?: number }): JSX.Element {
  return (
    <svg class="icon" width={size} height={size} viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}

export const CLASS_ICON: Record<DeviceClass, IconName> = {
  'pc-student': 'desktop',
  'pc-teacher': 'laptop',
  'pc-office': 'office',
  server: 'server',
  tv: 'tv',
  board: 'board',
  projector: 'projector',
  other: 'other',
};

/** The mark of labwatch: a screen with a pulse. */
export function Mark({ size = 22 }: { size?: number }): JSX.Element {
  return (
    <svg class="mark" width={size} height={size} viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <rect width="32" height="32" rx="7" class="mark-ground" />
      <path class="mark-line" d="M5.5 8.5h21v13h-21zM8.5 15h4l2-3.5 3 6 2-2.5h4M12 25.5h8" />
    </svg>
  );
}
