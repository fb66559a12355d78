import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import type { SupabaseClient } from '@supabase/supabase-js'
import { onEachEngine } from './harness/on-each-engine.ts'
import { openClient } from './harness/supabase.ts'

onEachEngine('functions with supabase-js', (stage) => {
  let client: SupabaseClient
  let period: object

  before(() => {
    client = openClient(stage)
    const { organizationId: organization_id } = stage
    period = { organization_id, since: '2026-11-01T00:00:00Z', until: '2026-11-01T02:00:00Z', bucket: '1h' }
  })

  const stats = (options: object = {}) => client.rpc('webhook_stats', period, options)

  test('rpc() calls a function that reads by POST and by GET, with the same result', async () => {
    const [posted, got] = [await stats(), await stats({ get: true })]
    assert.equal((posted.data as { bucket: string }).bucket, '1h')
    assert.deepEqual(got.data, posted.data)
  })

  test('rpc() with head gives the status and the count without a result', async () => {
    const { status, count, data, error } = await stats({ head: true, count: 'exact' })
    assert.deepEqual([status, count, data, error], [200, 1, null, null])
    assert.equal((await stats({ count: 'exact' })).count, 1)
  })

  test('rpc() by GET takes lists, as supabase-js writes them', async () => {
    const given = { organization_id: stage.organizationId, events: ['deal.*', 'contact.created'] }
    const { data, error } = await client.rpc(
      'preview_filter',
      { ...given, filter: '{"data.x": 1}' },
      { get: true },
    )
    assert.deepEqual([error, data], [null, { matched: 0, of: 0, samples: [] }])
  })

  test('rpc() with select() takes fields of the result, as one object or none', async () => {
    assert.deepEqual((await stats().select('bucket, total:totals->attempts')).data, {
      bucket: '1h',
      total: 0,
    })
    assert.deepEqual((await stats().select('bucket').single()).data, { bucket: '1h' })
    assert.deepEqual((await stats({ get: true }).select('bucket').maybeSingle()).data, { bucket: '1h' })
    assert.equal((await stats().select('bucket').csv()).data, 'bucket\n1h')
    assert.deepEqual((await stats().select('rate:totals->success_rate,bucket').stripNulls()).data, {
      bucket: '1h',
    })
  })

  test('order() and limit() of a result leave its one row, and an offset leaves none', async () => {
    for (const options of [{}, { get: true }]) {
      const one = await stats(options).select('bucket').order('bucket').limit(1)
      assert.deepEqual(one.data, { bucket: '1h' })
      assert.equal((await stats(options).range(1, 2)).data, null)
      assert.equal((await stats(options).order('nope')).error?.code, '42703')
    }
  })

  test('a filter leaves the result or null, and one on an unknown field is refused', async () => {
    for (const options of [{}, { get: true }]) {
      const kept = await stats(options).select('bucket').eq('totals->>attempts', '0')
      assert.deepEqual(kept.data, { bucket: '1h' })
      assert.equal((await stats(options).eq('totals->>attempts', '7')).data, null)
      assert.equal((await stats(options).eq('nope', 'x')).error?.code, '42703')
    }
  })

  test('a function that changes something is refused by GET and HEAD', async () => {
    const call = { organization_id: stage.organizationId }
    const { status, error } = await client.rpc('create_portal_session', call, { get: true })
    assert.deepEqual([status, error?.code], [405, 'PGRST101'])
    assert.equal((await client.rpc('create_portal_session', call, { head: true })).status, 405)
  })
})
