import { defineConfig } from 'vite';

/** `vite build dashboards/console` writes `dist/`, which the collector serves at `/`. `LABWATCH_API` is where `vite` (development) finds it. */
export default defineConfig({
  // Relative addresses: the console also works behind a proxy that puts it in a folder.
  base: './',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    // Chrome 80 is the oldest browser we still meet on lab computers and boards.
    target: ['es2019', 'chrome80'],
    cssTarget: 'chrome80',
    outDir: 'dist',
    emptyOutDir: true,
    // Nothing may be inlined: the page runs under a content security policy without data: scripts or fonts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: true,
  },
  server: { proxy: { '/api': 'http://127.0.0.1:8080' } },
});
