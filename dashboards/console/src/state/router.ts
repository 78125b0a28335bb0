import { computed, signal } from '@preact/signals';
import { hrefOf, parseRoute, type Query } from './route.ts';

const here = () => location.pathname + location.search;
const address = signal(here());

/** The page that is open. */
export const route = computed(() => parseRoute(address.value));

export function go(href: string) {
  history.pushState(null, '', href);
  address.value = here();
}

/** Changes the query of the open page without a new entry in the history. */
export function setQuery(path: string, query: Query) {
  history.replaceState(null, '', hrefOf(path, query));
  address.value = here();
}

/** Follows links to our own pages without loading anything; every other click is the browser's. */
function follow(event: MouseEvent) {
  if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const link = event.target instanceof Element ? event.target.closest('a') : null;
  if (link === null || link.origin !== location.origin || link.target !== '' || link.hash !== '') return;
  const href = link.pathname + link.search;
  if (parseRoute(href).page === 'missing') return;
  event.preventDefault();
  go(href);
}

/** Starts following links and the history. */
export function startRouter() {
  window.addEventListener('popstate', () => {
    address.value = here();
  });
  document.addEventListener('click', follow);
}
