import { useEffect } from 'preact/hooks';

/** The title of the browser's tab, which a screen reader says when the page changes. */
export function useTitle(title: string) {
  useEffect(() => {
    document.title = `${title} · labwatch`;
  }, [title]);
}
