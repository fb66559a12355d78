import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { ANY_ENGINE } from './harness/databases.ts'
import type { InProcessApi } from './harness/in-process-api.ts'
import { OURS, openApi } from './harness/in-process-api.ts'
import { SERVICE_KEY } from './harness/server-process.ts'

const PERIOD = `since=2026-11-01T00:00:00Z&until=2026-11-01T02:00:00Z&bucket=1h`

suite('calls of functions', () => {
  let api: InProcessApi
  before(async () => {
    api = await openApi(ANY_ENGINE)
  })
  after(() => api.close())

  const stats = `rpc/webhook_stats?organization_id=${OURS}&${PERIOD}`

  test('a function that reads is called with GET and arguments in the query string', async () => {
    const { status, json } = await api.ask('GET', stats)
    assert.equal(status, 200)
    const posted = await api.ask('POST', 'rpc/webhook_stats', {
      body: {
        organization_id: OURS,
        since: '2026-11-01T00:00:00Z',
        until: '2026-11-01T02:00:00Z',
        bucket: '1h',
      },
    })
    assert.deepEqual(json, posted.json)
  })

  test('arguments that are no texts are given as JSON', async () => {
    const filter = encodeURIComponent('{"data.stage":"Won"}')
    const events = encodeURIComponent('["deal.*"]')
    const { status } = await api.ask(
      'GET',
      `rpc/preview_filter?organization_id=${OURS}&events=${events}&filter=${filter}`,
    )
    assert.equal(status, 200)
  })

  test('HEAD answers without a body, and OPTIONS with the methods of the function', async () => {
    const head = await api.ask('HEAD', stats)
    assert.deepEqual([head.status, head.json], [200, undefined])
    const options = await api.ask('OPTIONS', 'rpc/webhook_stats')
    assert.equal(options.headers['allow'], 'OPTIONS,GET,HEAD,POST')
    assert.equal((await api.ask('OPTIONS', 'rpc/retry_failed')).headers['allow'], 'OPTIONS,POST')
  })

  test('PATCH of a function is refused with PGRST101', async () => {
    const { status, json } = await api.ask('PATCH', 'rpc/webhook_stats', { body: {} })
    assert.deepEqual([status, (json as { code: string }).code], [405, 'PGRST101'])
  })

  test('fields of a result are selected with aliases and paths', async () => {
    const { json } = await api.ask(
      'GET',
      `${stats}&select=bucket,first:buckets->0->>start,sum:totals->attempts`,
    )
    assert.deepEqual(json, { bucket: '1h', first: '2026-11-01T00:00:00.000Z', sum: 0 })
    const unknown = await api.ask('GET', `${stats}&select=nope`)
    assert.deepEqual([unknown.status, (unknown.json as { code: string }).code], [400, '42703'])
  })

  test('a result is filtered, ordered, limited and counted as rows of a table', async () => {
    const told = async (search: string, headers: Record<string, string> = {}) => {
      const {
        status,
        json,
        headers: given,
      } = await api.ask('GET', `${stats}&select=bucket&${search}`, { headers })
      return [status, json, given['content-range']]
    }
    const counted = { prefer: 'count=exact' }
    assert.deepEqual(await told('or=(bucket.eq.1h,bucket.eq.1d)', counted), [200, { bucket: '1h' }, '0-0/1'])
    assert.deepEqual(await told('totals->>attempts=eq.0&order=bucket'), [200, { bucket: '1h' }, '0-0/*'])
    assert.deepEqual(await told('not.and=(totals->>attempts.eq.0)'), [200, null, '*/*'])
    assert.deepEqual(await told('limit=0'), [200, null, '*/*'])
    assert.deepEqual(await told('', { range: '0-4' }), [200, { bucket: '1h' }, '0-0/*'])
    const [beyond] = await told('offset=5', counted)
    assert.equal(beyond, 416)
    const [single] = await told('offset=1', { accept: 'application/vnd.pgrst.object+json' })
    assert.equal(single, 406)
  })

  test('times of a result are compared as times, and its fields can be cast and aggregated', async () => {
    const body = {
      organization_id: OURS,
      since: '2026-11-01T00:00:00Z',
      until: '2026-11-01T02:00:00Z',
      bucket: '1h',
    }
    const ask = async (search: string) =>
      (await api.ask('POST', `rpc/webhook_stats?${search}`, { body })).json
    assert.deepEqual(await ask('select=since&since=eq.2026-11-01T01:00:00%2B01:00'), {
      since: '2026-11-01T00:00:00.000Z',
    })
    assert.equal(await ask('select=since&since=gt.2026-11-01T01:00:00%2B01:00'), null)
    assert.deepEqual(await ask('select=n:totals->attempts::text,count()'), { n: '0', count: 1 })
  })

  test('a call whose result cannot be shaped as asked is refused before it has an effect', async () => {
    const count = async (): Promise<unknown> =>
      (await api.database.query('select count(*)::int as count from webhooks_internal.portal_links')).rows
    const stored = await count()
    for (const search of [
      'nope=eq.1',
      'select=nope',
      'select=url,organizations(name)',
      'order=url.up',
      'url=foo',
    ]) {
      const { status, json } = await api.ask('POST', `rpc/create_portal_session?${search}`, {
        body: { organization_id: OURS },
      })
      assert.equal(status, 400, JSON.stringify(json))
    }
    assert.deepEqual(await count(), stored)
  })

  test('a result is written as CSV or without nulls when the caller accepts that, and in no unknown format', async () => {
    const headers = { apikey: SERVICE_KEY, accept: 'text/csv' }
    const csv = await api.inject('GET', `/rest/v1/${stats}&select=bucket,since`, { headers })
    assert.equal(csv.headers['content-type'], 'text/csv; charset=utf-8')
    assert.equal(csv.body, 'bucket,since\n1h,2026-11-01T00:00:00.000Z')
    const stripped = { accept: 'application/vnd.pgrst.object+json;nulls=stripped' }
    const { json } = await api.ask('GET', `${stats}&select=rate:totals->success_rate,bucket`, {
      headers: stripped,
    })
    assert.deepEqual(json, { bucket: '1h' })
    const xml = await api.ask('GET', stats, { headers: { accept: 'application/xml' } })
    assert.equal(xml.status, 406)
  })

  test('a call that asks for a rollback, or strictly for an unknown preference, is refused before it does anything', async () => {
    const body = { organization_id: OURS }
    for (const prefer of ['tx=rollback', 'handling=strict, odd=1']) {
      const { status, json } = await api.ask('POST', 'rpc/create_portal_session', {
        body,
        headers: { prefer },
      })
      assert.deepEqual([status, (json as { code: string }).code], [400, 'PGRST122'])
    }
    const { rows } = await api.database.query<{ count: number }>(
      'select count(*)::int as count from webhooks_internal.portal_links',
    )
    assert.deepEqual(rows, [{ count: 0 }])
  })

  test('a one-time link carries the language that it is asked for, and refuses another', async () => {
    const link = async (more: object) =>
      await api.ask('POST', 'rpc/create_portal_session', { body: { organization_id: OURS, ...more } })
    const { json } = await link({ locale: 'pt-BR', return_to: '/settings/webhooks?view=a' })
    assert.match((json as { url: string }).url, /\/settings\/webhooks\?view=a&locale=pt-BR#token=/)
    assert.equal((await link({ locale: 'fr' })).status, 400)
  })

  test('the document is refused in a format that it does not have, and its methods are listed', async () => {
    assert.equal((await api.ask('GET', '', { headers: { accept: 'application/xml' } })).status, 406)
    assert.equal((await api.ask('OPTIONS', '')).headers['allow'], 'OPTIONS,GET,HEAD')
  })
})
