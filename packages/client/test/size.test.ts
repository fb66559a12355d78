import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build } from 'vite'

const PACKAGE = new URL('../', import.meta.url)
const MAX_BYTES = 6_000

test('the client is smaller than 6 kB, minified and compressed', async () => {
  const built = await build({
    configFile: false,
    logLevel: 'error',
    build: {
      write: false,
      minify: true,
      lib: { entry: fileURLToPath(new URL('src/index.ts', PACKAGE)), formats: ['es'] },
    },
  })
  const [{ output }] = built as unknown as [{ output: { code: string }[] }]
  const { code } = output[0]!
  const { length } = gzipSync(code)
  assert.ok(length < MAX_BYTES, `${length} bytes`)
  assert.doesNotMatch(code, /\bnode:|\brequire\(|^import /m)
})

test('the client has no dependencies', () => {
  const manifest = JSON.parse(readFileSync(new URL('package.json', PACKAGE), 'utf8')) as object
  assert.ok(!('dependencies' in manifest) && !('peerDependencies' in manifest))
})
