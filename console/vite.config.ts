/** Builds the console, and serves it while it is worked on, in front of a running gateway. */
import { fileURLToPath } from 'node:url'
import tailwind from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

const gateway = process.env['OFFHOOK_URL'] ?? 'http://127.0.0.1:8080'
// The gateway holds a request's origin against its host, so the host stays the one that the browser sees.
const proxy = { target: gateway, changeOrigin: false }

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  plugins: [react(), tailwind()],
  build: {
    target: 'es2023',
    // The policy of the page allows no data: addresses for scripts, styles and fonts.
    assetsInlineLimit: 0,
    manifest: true,
    reportCompressedSize: false,
    // What counts is checked by tools/check-console.ts: gzipped, all of a page together.
    chunkSizeWarningLimit: 1_000,
  },
  server: {
    host: '127.0.0.1',
    proxy: Object.fromEntries(
      ['/v1', '/api', '/docs', '/openapi.json', '/start', '/sessions'].map((at) => [at, proxy]),
    ),
  },
})
