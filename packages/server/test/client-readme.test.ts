import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { withFailedDelivery } from './harness/failed-delivery.ts'

const run = promisify(execFile)
const PACKAGE = fileURLToPath(new URL('../../client/', import.meta.url))

test("the examples of the client's README run", async () => {
  await withFailedDelivery(async ({ environment: { URL: url, KEY, ORG, HOOK } }) => {
    const readme = readFileSync(join(PACKAGE, 'README.md'), 'utf8')
    const blocks = [...readme.matchAll(/^```js\n([^]*?)^```$/gm)].map(([, block = '']) => block)
    const program = blocks.join('\n').replace('https://example.com/webhook', HOOK)
    assert.ok(blocks.length > 1 && program.includes(HOOK))
    const { stdout } = await run(process.execPath, ['--input-type=module', '-e', program], {
      cwd: PACKAGE,
      env: { ...process.env, CONNECTGAIN_URL: url, CONNECTGAIN_KEY: KEY, ORG },
    })
    assert.match(stdout, /^[0-9a-f-]{36} whsec_\S+\nsuccess null\n/)
  })
})
