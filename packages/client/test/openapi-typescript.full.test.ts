import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { after, suite, test } from 'node:test'
import openapiTypescript, { astToString } from 'openapi-typescript'
import type { OpenAPI3 } from 'openapi-typescript'
import { withFailedDelivery } from '../../server/test/harness/failed-delivery.ts'

const run = promisify(execFile)
const PACKAGE = fileURLToPath(new URL('../', import.meta.url))
const ROOT = join(PACKAGE, '../..')
/** Below the package, so that it finds openapi-fetch. */
const FOLDER = join(PACKAGE, '.data/openapi-typescript')

const PROGRAM = `import createClient from 'openapi-fetch'
import type { paths } from './schema.d.ts'

const { URL: url, KEY: apikey = '', ORG: organization_id = '', HOOK: hook = '', DELIVERY: delivery_id = '' } = process.env
const client = createClient<paths>({ baseUrl: url + '/rest/v1', headers: { apikey } })
const header = { Prefer: 'return=representation' }

const created = await client.POST('/webhook_configurations', {
  params: { header },
  body: [{ organization_id, name: 'Generated', url: hook, events: ['deal.*'], secret: 'generate' }],
})
const rows = created.data
if (!Array.isArray(rows)) throw new Error(JSON.stringify(created.error))
const id: string = rows[0]?.id ?? ''
const secret: string | undefined = rows[0]?.secret

const listed = await client.GET('/webhook_configurations', { params: { query: { name: 'eq.Generated', limit: 1 } } })
const found = Array.isArray(listed.data) ? listed.data[0]?.id : undefined

const tested = await client.POST('/rpc/test_webhook', { body: { webhook_id: id } })
const retried = await client.POST('/rpc/retry_delivery', { body: { delivery_id } })
const refused = await client.POST('/rpc/retry_delivery', { body: { delivery_id: id } })
const changed = await client.PATCH('/webhook_configurations', {
  params: { query: { id: 'eq.' + id } },
  body: { description: null, is_active: false },
})
console.log(
  JSON.stringify({
    secret: typeof secret,
    found: found === id,
    tested: tested.data?.status,
    retried: retried.data?.response_code,
    refused: refused.error?.code,
    changed: changed.response.status,
  }),
)
`

suite('a client made by openapi-typescript and openapi-fetch', () => {
  after(() => rmSync(FOLDER, { recursive: true, force: true }))

  test('it type-checks, creates, lists, tests, retries, and reads refusals', async () => {
    await withFailedDelivery(async ({ environment, document }) => {
      rmSync(FOLDER, { recursive: true, force: true })
      mkdirSync(FOLDER, { recursive: true })
      const schema = astToString(await openapiTypescript(document as unknown as OpenAPI3))
      writeFileSync(join(FOLDER, 'schema.d.ts'), schema)
      writeFileSync(join(FOLDER, 'package.json'), '{"type": "module"}')
      writeFileSync(join(FOLDER, 'use.ts'), PROGRAM)
      const options = '--noEmit --strict --exactOptionalPropertyTypes --module nodenext --target es2023'
      const tsc = join(ROOT, 'node_modules/.bin/tsc')
      const flags = `${options} --ignoreConfig --skipLibCheck --allowImportingTsExtensions --types node use.ts schema.d.ts`
      await run(tsc, flags.split(' '), { cwd: FOLDER })
      const { stdout } = await run(process.execPath, ['use.ts'], {
        cwd: FOLDER,
        env: { ...process.env, ...environment },
      })
      assert.deepEqual(JSON.parse(stdout), {
        secret: 'string',
        found: true,
        tested: 'success',
        retried: 200,
        refused: 'P0002',
        changed: 204,
      })
    })
  })
})
