import { defineConfig } from 'vite'
import { messages } from './build/catalogs.ts'
import { firstLoad } from './build/first-load.ts'

/** Where `npm run dev` finds the API. The Host header stays: the server refuses changes from an origin other than its own. */
const API = { target: process.env['API_URL'] ?? 'http://localhost:4600', changeOrigin: false }

/** The page and its libraries are written for React's interface, and Preact implements it in a tenth of the size. */
const PREACT = [
  { find: /^react\/(jsx-runtime|jsx-dev-runtime)$/, replacement: 'preact/$1' },
  { find: /^react(-dom)?$/, replacement: 'preact/compat' },
]

/** Few files, because each costs a round trip: the first script, the list with all it needs, and what other views share. */
const CHUNKS = [
  { name: 'boot', test: /src\/boot\.ts$/, priority: 3 },
  { name: 'main', test: /src\/main\.tsx$/, priority: 2 },
  { name: 'shared', minShareCount: 2, priority: 1 },
]

export default defineConfig({
  base: '/settings/webhooks/',
  plugins: [messages(), firstLoad()],
  resolve: { alias: PREACT },
  build: {
    target: ['chrome123', 'firefox120', 'safari17.5'],
    // Nothing is put into the page as data: URLs, so that the page's policy need not allow them.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      output: { codeSplitting: { groups: CHUNKS } },
      // "use client" of libraries means nothing in a page without a server side.
      onLog(level, log, handle) {
        if (log.code !== 'MODULE_LEVEL_DIRECTIVE') handle(level, log)
      },
    },
  },
  server: { proxy: { '/rest': API, '/session': API, '/receive': API, '/.well-known': API } },
})
