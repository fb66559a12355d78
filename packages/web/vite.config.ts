import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'
import { messages } from './build/catalogs.ts'

/** Where `npm run dev` finds the API. The Host header stays: the server refuses changes from an origin other than its own. */
const API = { target: process.env['API_URL'] ?? 'http://localhost:4600', changeOrigin: false }

export default defineConfig({
  base: '/settings/webhooks/',
  plugins: [react(), messages()],
  build: {
    target: ['chrome123', 'firefox120', 'safari17.5'],
    // Nothing is put into the page as data: URLs, so that the page's policy need not allow them.
    assetsInlineLimit: 0,
    // What counts is its size as it is sent; a test holds that under 200 kB.
    chunkSizeWarningLimit: 1_000,
    modulePreload: { polyfill: false },
  },
  server: { proxy: { '/rest': API, '/session': API, '/receive': API, '/.well-known': API } },
})
