import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { Validator } from '@seriousme/openapi-schema-validator'
import { API_ERRORS } from '../src/domain/api-errors.ts'
import { createApi } from './harness/api.ts'
import { onEachEngine } from './harness/on-each-engine.ts'
import { openClient } from './harness/supabase.ts'

interface Operation {
  operationId: string
  parameters?: { name: string; in: string; schema: { type: string } }[]
  requestBody?: { content: { 'application/json': { schema: object } } }
  responses: Record<string, unknown>
}

interface Document {
  openapi: string
  paths: Record<string, Record<string, Operation>>
  components: {
    schemas: Record<string, { properties: Record<string, unknown> }>
    responses: Record<string, { headers: Record<string, unknown> }>
  }
}

const UNUSED_ID = '0193f0a2-6c1b-7c3e-8f00-00000000ffff'
/** Values of the columns' types that no row has. */
const NOTHING: Readonly<Record<string, string>> = { id: UNUSED_ID, webhook_id: UNUSED_ID, name: 'unused' }

onEachEngine('OpenAPI document', (stage) => {
  let document: Document
  /** The paths below /rest/v1; the others have their own tests. */
  const restPaths = () => Object.entries(document.paths).filter(([, item]) => !('servers' in item))

  before(async () => {
    const answer = await stage.server.api.request<Document>('GET', '')
    assert.equal(answer.headers.get('content-type'), 'application/openapi+json; charset=utf-8')
    document = answer.body
  })

  test('the OpenAPI document is valid', async () => {
    const validate = async (spec: object) => await new Validator().validate({ ...structuredClone(spec) })
    const { valid, errors } = await validate(document)
    assert.deepEqual([valid, errors], [true, undefined])
    assert.equal((await validate({ ...document, paths: { '/x': { get: 5 } } })).valid, false)
    assert.equal(document.openapi, '3.1.0')
  })

  test('supabase-js can read the OpenAPI document', async () => {
    const spec = await (
      openClient(stage) as unknown as { rest: { getOpenApiSpec(): Promise<{ data: Document }> } }
    ).rest.getOpenApiSpec()
    assert.deepEqual(Object.keys(spec.data.paths), Object.keys(document.paths))
  })

  test('the OpenAPI document lists tables and functions, with the columns that can be read and written', () => {
    const paths = Object.keys(document.paths)
    for (const path of [
      '/webhook_configurations',
      '/webhook_logs',
      '/contacts',
      '/rpc/test_webhook',
      '/rpc/retry_failed',
      '/session',
      '/.well-known/webhooks-keys/{organization_id}',
    ]) {
      assert.ok(paths.includes(path), path)
    }
    const schemas = document.components.schemas
    const columns = (name: string): string[] => Object.keys(schemas[name]!.properties)
    assert.ok(!columns('webhook_configurations').includes('secret'))
    assert.ok(columns('webhook_configurations.insert').includes('secret'))
    assert.ok(!columns('webhook_configurations.insert').includes('sealed_headers'))
    assert.deepEqual(Object.keys(document.paths['/webhook_logs']!), ['get', 'head'])
  })

  test('every documented operation responds with a documented status', async () => {
    let called = 0
    for (const [path, operations] of restPaths()) {
      for (const [method, operation] of Object.entries(operations)) {
        const filter = operation.parameters?.find(({ name }) => name in NOTHING)?.name
        const isChange = method === 'patch' || method === 'delete'
        const search =
          /^(?:get|head)$/.test(method) && !path.startsWith('/rpc/')
            ? '?limit=1'
            : isChange
              ? `?${filter}=eq.${NOTHING[filter!]}`
              : ''
        const body =
          operation.requestBody === undefined ? undefined : path.startsWith('/rpc/') || isChange ? {} : []
        const { status } = await stage.server.api.request(
          method.toUpperCase(),
          `${path.slice(1)}${search}`,
          body,
        )
        assert.ok(String(status) in operation.responses, `${method} ${path}: ${status}`)
        called += 1
      }
    }
    assert.ok(called > 20)
  })

  test('every documented query parameter is accepted', async () => {
    for (const [path, { get }] of restPaths()) {
      if (path.startsWith('/rpc/')) continue
      for (const { name, in: place } of get?.parameters ?? []) {
        if (place !== 'query' || name === 'select') continue
        const [column] = Object.keys(document.components.schemas[path.slice(1)]!.properties)
        const logic = `(${column}.is.null)`
        const value = { order: 'id', limit: '1', offset: '1', and: logic, or: logic }[name] ?? 'is.null'
        const search =
          name === 'order' && document.components.schemas[path.slice(1)]?.properties['id'] === undefined
            ? ''
            : `${name}=${value}`
        const { status, body } = await stage.server.api.request('GET', `${path.slice(1)}?select=&${search}`)
        assert.equal(status, 200, `${path} ${name}: ${JSON.stringify(body)}`)
      }
    }
  })

  test('a PUT is documented with the primary key where it is possible, and bodies with each of their formats', () => {
    const put = document.paths['/webhook_configurations']?.['put']
    assert.deepEqual(
      put?.parameters?.map(({ name }) => name),
      ['id', 'select', 'Prefer'],
    )
    assert.deepEqual(Object.keys(put?.requestBody?.content ?? {}), [
      'application/json',
      'text/csv',
      'application/x-www-form-urlencoded',
    ])
    for (const path of ['/webhook_events', '/webhook_inboxes', '/webhook_sources', '/webhook_logs'])
      assert.equal(document.paths[path]?.['put'], undefined, path)
  })

  test('every status of an error code is documented, with the headers that tell what to do', () => {
    const { responses } = document.components
    for (const status of new Set(Object.values(API_ERRORS).flatMap(({ statuses }) => [...statuses]))) {
      // 410: of the test receiver, which is no part of the document.
      if (status !== 410) assert.ok(responses[`refused_${status}`], String(status))
    }
    const headersOf = (status: number): string[] => Object.keys(responses[`refused_${status}`]!.headers)
    assert.ok(headersOf(405).includes('Allow'))
    for (const status of [409, 429, 503]) assert.ok(headersOf(status).includes('Retry-After'))
  })

  test('a write has the documented status and body with each value of return', async () => {
    const row = { organization_id: stage.organizationId, email: 'ops@crm.example' }
    const write = async (method: string, preference: string, filter = '') => {
      const body = method === 'POST' ? row : method === 'PATCH' ? { email: row.email } : undefined
      const path = `webhook_alert_recipients${filter}`
      const answer = await stage.server.api.request<unknown[]>(method, path, body, { prefer: preference })
      const { responses } = document.paths['/webhook_alert_recipients']![method.toLowerCase()]!
      const { headers } = responses[answer.status] as { headers: Record<string, unknown> }
      for (const name of ['Content-Range', 'Location', 'Preference-Applied'])
        assert.ok(!answer.headers.has(name) || name in headers, `${method} ${preference}: ${name}`)
      return [answer.status, answer.body?.length, answer.headers.get('content-type')]
    }
    const json = 'application/json; charset=utf-8'
    const ours = `?organization_id=eq.${stage.organizationId}`
    assert.deepEqual(await write('POST', 'return=minimal'), [201, undefined, null])
    assert.deepEqual(await write('PATCH', 'return=minimal', ours), [204, undefined, null])
    assert.deepEqual(await write('PATCH', 'return=representation', ours), [200, 1, json])
    assert.deepEqual(await write('DELETE', 'return=representation', ours), [200, 1, json])
    assert.deepEqual(await write('DELETE', 'return=minimal', ours), [204, undefined, null])
    assert.deepEqual(await write('POST', 'return=headers-only'), [201, undefined, null])
    assert.deepEqual(await write('DELETE', 'return=minimal', ours), [204, undefined, null])
    assert.deepEqual(await write('POST', 'return=representation'), [201, 1, json])
  })

  test('a function that only reads is documented with GET, and works', async () => {
    const get = document.paths['/rpc/webhook_stats']!['get']!
    assert.ok(get.parameters?.some(({ name }) => name === 'bucket'))
    assert.equal(document.paths['/rpc/test_webhook']!['get'], undefined)
    const [since, until] = ['2025-01-15T00:00:00Z', '2025-01-15T01:00:00Z']
    const answer = await stage.server.api.request(
      'GET',
      `rpc/webhook_stats?organization_id=${stage.organizationId}&since=${since}&until=${until}&bucket=5m`,
    )
    assert.equal(answer.status, 200)
  })

  test('every documented POST accepts an Idempotency-Key', () => {
    const posts = restPaths().flatMap(([path, { post }]) => (post === undefined ? [] : [{ path, post }]))
    assert.ok(posts.length > 20)
    for (const { path, post } of posts)
      assert.ok(
        post.parameters?.some(({ name }) => name === 'Idempotency-Key'),
        path,
      )
  })

  test('the OpenAPI document shows only what the key that requests it may do', async () => {
    const allowedTo = async (scope: string): Promise<Map<string, string[]>> => {
      const row = { organization_id: stage.organizationId, name: scope, scope }
      const { key } = await stage.server.api.insert<{ key: string }>('api_keys', row)
      const { body } = await createApi(stage.server.url, key).request<Document>('GET', '')
      return new Map(Object.entries(body.paths).map(([path, operations]) => [path, Object.keys(operations)]))
    }
    const reader = await allowedTo('read')
    assert.deepEqual(reader.get('/webhook_configurations'), ['get', 'head'])
    assert.ok(reader.has('/rpc/preview_filter') && !reader.has('/rpc/test_webhook'))
    assert.ok(!reader.has('/organizations'))
    assert.deepEqual(
      [...(await allowedTo('emit')).entries()],
      [
        ['/webhook_event_types', ['get', 'head']],
        ['/webhook_events', ['post']],
      ],
    )
  })

  test('the OpenAPI document requires a key, and the reference page does not', async () => {
    assert.equal((await fetch(`${stage.server.url}/rest/v1/`)).status, 401)
    const page = await fetch(`${stage.server.url}/docs`)
    assert.equal(page.headers.get('content-type'), 'text/html; charset=utf-8')
    const html = await page.text()
    for (const path of Object.keys(document.paths)) assert.ok(html.includes(`id="${path.slice(1)}"`), path)
  })

  test('the reference page describes the fields of the results of functions', async () => {
    const html = await (await fetch(`${stage.server.url}/docs`)).text()
    for (const field of ['previous_secret_until', 'redelivery_id', 'erasure_id', 'totals', 'samples'])
      assert.ok(html.includes(`<code>${field}</code></th>`), field)
  })
})
