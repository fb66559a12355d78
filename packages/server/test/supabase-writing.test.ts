import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { before, beforeEach, test } from 'node:test'
import * as postgrest from '@supabase/postgrest-js'
import type { SupabaseClient } from '@supabase/supabase-js'
import { createWebhook, onEachEngine } from './harness/on-each-engine.ts'
import { SAMPLES, alterDatabase, openClient } from './harness/supabase.ts'

onEachEngine('writing with supabase-js', (stage) => {
  let client: SupabaseClient
  const names = async (): Promise<string> =>
    ((await client.from('samples').select('name').order('id')).data as { name: string }[])
      .map(({ name }) => name)
      .join('')

  before(async () => {
    await alterDatabase(stage, SAMPLES)
    client = openClient(stage)
  })
  beforeEach(async () => {
    await client.from('samples').delete().gt('id', 3).throwOnError()
    const rows = ['a', 'b', 'c'].map((name, index) => ({ id: index + 1, name, tags: [] }))
    await client.from('samples').upsert(rows).throwOnError()
  })

  test('insert() stores a row and returns nothing', async () => {
    const { status, data, error } = await client.from('samples').insert({ id: 4, name: 'd' })
    assert.deepEqual([status, data, error], [201, null, null])
    assert.equal(await names(), 'abcd')
  })

  test('insert() stores several rows, and returns and counts them', async () => {
    const rows = [
      { id: 4, name: 'd' },
      { id: 5, tags: ['x'] },
    ]
    const { data, count, status } = await client
      .from('samples')
      .insert(rows, { count: 'exact' })
      .select('id,name,tags')
    assert.deepEqual(
      [status, count, data],
      [
        201,
        2,
        [
          { id: 4, name: 'd', tags: null },
          { id: 5, name: null, tags: ['x'] },
        ],
      ],
    )
  })

  test('insert() stores defaults for missing columns if defaultToNull is false', async () => {
    const organization_id = stage.organizationId
    const rows = [
      { organization_id, first_name: 'x', tags: ['t'] },
      { organization_id, first_name: 'y' },
    ]
    assert.equal((await client.from('contacts').insert(rows)).error?.code, '23502')
    const { data } = await client
      .from('contacts')
      .insert(rows, { defaultToNull: false })
      .select('first_name,tags')
    assert.deepEqual(data, [
      { first_name: 'x', tags: ['t'] },
      { first_name: 'y', tags: [] },
    ])
  })

  test('insert() reports what is wrong with a row', async () => {
    const twice = await client.from('samples').insert({ id: 1, name: 'again' })
    assert.deepEqual([twice.status, twice.error?.code], [409, '23505'])
    const unknown = await client.from('samples').insert({ id: 9, nam: 'x' })
    assert.deepEqual([unknown.error?.code, unknown.error?.hint], ['PGRST204', "Perhaps you meant 'name'."])
  })

  test('upsert() merges or ignores duplicates', async () => {
    const merged = await client
      .from('samples')
      .upsert({ id: 1, name: 'A' }, { onConflict: 'id', count: 'exact' })
      .select('name')
      .single()
    assert.deepEqual([merged.status, merged.count, merged.data], [200, 1, { name: 'A' }])
    const ignored = await client
      .from('samples')
      .upsert(
        [
          { id: 1, name: 'z' },
          { id: 4, name: 'd' },
        ],
        { ignoreDuplicates: true, defaultToNull: false },
      )
      .select('name')
    assert.deepEqual([ignored.status, ignored.data], [201, [{ name: 'd' }]])
    assert.equal(await names(), 'Abcd')
  })

  test('update() changes the matching rows', async () => {
    const silent = await client.from('samples').update({ name: 'x' }, { count: 'exact' }).gte('id', 2)
    assert.deepEqual([silent.status, silent.count, silent.data], [204, 2, null])
    const shown = await client.from('samples').update({ name: 'y' }).eq('id', 2).select('id,name').single()
    assert.deepEqual(shown.data, { id: 2, name: 'y' })
    const none = await client.from('samples').update({ name: 'z' }).eq('id', 99).select().maybeSingle()
    assert.deepEqual([none.data, none.error], [null, null])
  })

  test('update() with single() changes nothing if several rows match', async () => {
    const { error } = await client.from('samples').update({ name: 'x' }).lte('id', 3).select().single()
    assert.equal(error?.code, 'PGRST116')
    assert.equal(await names(), 'abc')
  })

  test('delete() removes the matching rows, and returns, counts and orders them', async () => {
    const { data, count } = await client
      .from('samples')
      .delete({ count: 'exact' })
      .gte('id', 2)
      .select('name')
      .order('name', { ascending: false })
    assert.deepEqual([count, data], [2, [{ name: 'c' }, { name: 'b' }]])
    assert.equal(await names(), 'a')
  })

  test('update() and delete() are refused without a filter, and delete() beyond maxAffected()', async () => {
    assert.equal((await client.from('samples').delete()).error?.code, '21000')
    assert.equal((await client.from('samples').update({ name: 'x' })).error?.code, '21000')
    // The types have this method only for a version of PostgREST that the client names.
    const limited = client
      .from('samples')
      .delete()
      .gt('id', 0) as unknown as postgrest.PostgrestFilterBuilder<
      { PostgrestVersion: '13' },
      never,
      never,
      null,
      'samples',
      never,
      'DELETE'
    >
    assert.equal((await limited.maxAffected(1)).error?.code, 'PGRST124')
    assert.equal(await names(), 'abc')
  })

  test('rpc() calls a function, and reports an unknown function and an invalid argument', async () => {
    const { id, path } = await createWebhook(stage, { name: 'called' })
    const { data } = await client.rpc('test_webhook', { webhook_id: id, event: 'contact.created' })
    assert.equal((data as { status: string }).status, 'success')
    assert.equal((await stage.receiver.received(path, 1)).length, 1)
    const unknown = await client.rpc('nope')
    assert.deepEqual([unknown.status, unknown.error?.code], [404, 'PGRST202'])
    const wrong = await client.rpc('test_webhook', { webhook_id: 'x' })
    assert.deepEqual([wrong.status, wrong.error?.details], [400, 'webhook_id'])
  })

  test('supabase-js follows an event from its insert to the log of its request', async () => {
    const { id } = await createWebhook(stage, { name: 'logged', events: ['deal.created'] })
    const event = { organization_id: stage.organizationId, event: 'deal.created', data: { id: 'd-1' } }
    const emitted = await client.from('webhook_events').insert(event).select('id').single()
    await stage.server.api.rows(`webhook_logs?webhook_id=eq.${id}`, 1)
    const { data } = await client
      .from('webhook_events')
      .select(
        'event, webhook_deliveries!inner(status, webhook_configurations!inner(name), webhook_logs(attempt, status))',
      )
      .eq('id', (emitted.data as { id: string }).id)
      .eq('webhook_deliveries.webhook_configurations.name', 'logged')
      .single()
    assert.deepEqual(data, {
      event: 'deal.created',
      webhook_deliveries: [
        {
          status: 'delivered',
          webhook_configurations: { name: 'logged' },
          webhook_logs: [{ attempt: 1, status: 'success' }],
        },
      ],
    })
  })
})

test('the tests call every method of the query builders', () => {
  const files = ['supabase-filters', 'supabase-reading', 'supabase-writing', 'openapi']
  const texts = files.map((file) => readFileSync(new URL(`${file}.test.ts`, import.meta.url), 'utf8'))
  const called = texts.join('\n')
  // Internals of the client, and what `await` calls.
  const inside = new Set(['constructor', 'decorateFetch', 'cloneRequestState', 'processResponse', 'then'])
  const builders = [
    postgrest.PostgrestClient,
    postgrest.PostgrestQueryBuilder,
    postgrest.PostgrestFilterBuilder,
    postgrest.PostgrestTransformBuilder,
    postgrest.PostgrestBuilder,
  ]
  const methods = builders
    .flatMap(({ prototype }) => Object.getOwnPropertyNames(prototype))
    .filter((name) => !inside.has(name))
  assert.ok(methods.length > 50)
  const missing = methods.filter((name) => !new RegExp(`\\.${name}[(<]`).test(called))
  assert.deepEqual(missing, [])
})
