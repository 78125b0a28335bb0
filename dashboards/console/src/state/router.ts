import { computed, signal } from '@preact/signals';
import { hrefOf, parseRoute, type Query } from './route.ts';

const hash = signal(location.hash);
window.addEventListener('hashchange', () => (hash.value = location.hash));

/** The page that is open. */
export const route = computed(() => parseRoute(hash.value));

export function go(href: string) {
  location.hash = href;
}

/** Changes the query of the open page without a new entry in the history. */
export function setQuery(path: string, query: Query) {
  history.replaceState(null, '', hrefOf(path, query));
  hash.value = location.hash;
}
