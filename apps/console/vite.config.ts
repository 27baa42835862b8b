import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

/** The console's pages: one page application without inline script, so that a strict Content-Security-Policy holds. */
export default defineConfig({
  root: fileURLToPath(new URL('client', import.meta.url)),
  base: '/',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: '../public',
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: 'es2022',
    reportCompressedSize: false,
  },
});
