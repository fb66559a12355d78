import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { PostgrestClient } from '@supabase/postgrest-js'
import type { PostgrestError } from '@supabase/postgrest-js'
import type { SupabaseClient } from '@supabase/supabase-js'
import { onEachEngine } from './harness/on-each-engine.ts'
import { SERVICE_KEY } from './harness/server-process.ts'
import { openClient } from './harness/supabase.ts'

interface Contact {
  id: string
  first_name: string
}

onEachEngine('reading with supabase-js', (stage) => {
  let client: SupabaseClient
  /** Only the organization's rows: other tests share the server. */
  const contacts = <T extends string>(select: T, options: object = {}) =>
    client.from('contacts').select(select, options).eq('organization_id', stage.organizationId)

  before(async () => {
    client = openClient(stage)
    const organization_id = stage.organizationId
    const people = ['ann', 'bob', 'cy'].map((first_name, index) => ({
      organization_id,
      first_name,
      email: index === 0 ? null : `${first_name}@example.com`,
    }))
    const { data } = await client.from('contacts').insert(people).select('id, first_name').throwOnError()
    const [ann, bob] = data as Contact[]
    await client
      .from('deals')
      .insert([
        { organization_id, title: 'one', value: 1, contact_id: ann?.id },
        { organization_id, title: 'two', value: 2, contact_id: ann?.id },
        { organization_id, title: 'three', value: 3, contact_id: bob?.id },
        { organization_id, title: 'none', value: null, contact_id: null },
      ])
      .throwOnError()
  })

  test('supabase-js selects columns, renames and casts them, and reads values in JSON', async () => {
    const { data, error, status } = await client
      .from('contacts')
      .select('name:first_name, tags::text, custom_fields->x')
      .eq('first_name', 'ann')
    assert.deepEqual([error, status, data], [null, 200, [{ name: 'ann', tags: '{}', x: null }]])
  })

  test('supabase-js orders rows, with nulls first or last', async () => {
    const emails = async (nullsFirst: boolean): Promise<unknown> =>
      (await contacts('email').order('email', { ascending: false, nullsFirst })).data
    const [bob, cy, none] = [{ email: 'bob@example.com' }, { email: 'cy@example.com' }, { email: null }]
    assert.deepEqual(await emails(true), [none, cy, bob])
    assert.deepEqual(await emails(false), [cy, bob, none])
    const { data } = await client
      .from('deals')
      .select('title')
      .order('contact_id', { nullsFirst: true })
      .order('title')
    assert.deepEqual((data as { title: string }[])[0], { title: 'none' })
  })

  test('supabase-js limits and pages rows, with the count of all', async () => {
    assert.deepEqual((await contacts('first_name').order('first_name').limit(1)).data, [
      { first_name: 'ann' },
    ])
    const page = await contacts('first_name', { count: 'exact' }).order('first_name').range(1, 1)
    assert.deepEqual([page.status, page.count, page.data], [206, 3, [{ first_name: 'bob' }]])
    const beyond = await contacts('first_name', { count: 'exact' }).range(50, 60)
    assert.deepEqual([beyond.status, beyond.error?.code], [416, 'PGRST103'])
  })

  test('supabase-js counts rows without reading them, with each kind of count', async () => {
    for (const count of ['exact', 'planned', 'estimated']) {
      const answer = await contacts('*', { count, head: true })
      assert.deepEqual([answer.status, answer.count, answer.data], [200, 3, null])
    }
  })

  test('single() gives one object, or an error with the number of rows', async () => {
    const one = await contacts('first_name').eq('first_name', 'ann').single()
    assert.deepEqual(one.data, { first_name: 'ann' })
    const many = await contacts('first_name').single()
    assert.deepEqual([many.status, many.error?.code, many.data], [406, 'PGRST116', null])
    assert.equal(many.error?.details, 'The result contains 3 rows')
  })

  test('maybeSingle() gives one object or null, or an error if there are several', async () => {
    assert.deepEqual((await contacts('first_name').eq('first_name', 'ann').maybeSingle()).data, {
      first_name: 'ann',
    })
    const none = await contacts('first_name').eq('first_name', 'zoe').maybeSingle()
    assert.deepEqual([none.data, none.error], [null, null])
    assert.equal((await contacts('first_name').maybeSingle()).error?.code, 'PGRST116')
  })

  test('csv() gives CSV', async () => {
    const { data } = await contacts('first_name,email').order('first_name').limit(2).csv()
    assert.equal(data, 'first_name,email\nann,\nbob,bob@example.com')
  })

  test('stripNulls() leaves out nulls', async () => {
    assert.deepEqual((await contacts('first_name,email').eq('first_name', 'ann').stripNulls()).data, [
      { first_name: 'ann' },
    ])
    const one = await contacts('first_name,email').eq('first_name', 'ann').single().stripNulls()
    assert.deepEqual(one.data, { first_name: 'ann' })
  })

  test('returns() and overrideTypes() give the rows with the types that the caller names', async () => {
    const renamed = await contacts('first_name').eq('first_name', 'ann').returns<Contact[]>()
    assert.equal(renamed.data?.[0]?.first_name, 'ann')
    const overridden = await contacts('first_name').eq('first_name', 'ann').overrideTypes<Contact[]>()
    assert.equal(overridden.data?.length, 1)
  })

  test('throwOnError() throws the error', async () => {
    await assert.rejects(
      async () => await contacts('nope').throwOnError(),
      (error) => error instanceof Error && (error as PostgrestError).code === '42703',
    )
  })

  test('abortSignal() aborts the request', async () => {
    const { error } = await contacts('*').abortSignal(AbortSignal.abort())
    assert.match(error?.message ?? '', /abort/i)
  })

  test('setHeader() adds a header to a request without retries', async () => {
    const { data } = await contacts('first_name').setHeader('Range', '0-0').retry(false)
    assert.equal((data as unknown[]).length, 1)
  })

  test('supabase-js can use the schema public and no other', async () => {
    assert.equal((await client.schema('public').from('contacts').select('id').limit(1)).error, null)
    for (const answer of [
      await client.schema('other').from('contacts').select('id'),
      await client.schema('other').from('contacts').insert({}),
      await client.schema('other').rpc('test_webhook'),
    ]) {
      assert.deepEqual([answer.status, answer.error?.code], [406, 'PGRST106'])
    }
  })

  test('a feature that is not supported is refused with its own error code', async () => {
    assert.equal((await contacts('*').explain()).error?.code, 'PGRST107')
    assert.equal((await contacts('*').geojson()).error?.code, 'PGRST107')
    assert.equal((await contacts('*').rollback()).error?.code, 'PGRST122')
    assert.equal(
      (await client.from('contact').select()).error?.hint,
      "Perhaps you meant the table 'public.contacts'",
    )
  })

  test('supabase-js reads aggregates, groups and spreads', async () => {
    const deals = client
      .from('deals')
      .select('contacts(first_name), value.sum(), count()')
      .order('count', { ascending: false })
    const { data } = await deals.eq('organization_id', stage.organizationId).not('contact_id', 'is', null)
    assert.deepEqual(data, [
      { contacts: { first_name: 'ann' }, sum: 3, count: 2 },
      { contacts: { first_name: 'bob' }, sum: 3, count: 1 },
    ])
    const spread = await contacts('first_name, ...deals(titles:title)')
      .eq('first_name', 'ann')
      .order('title', { referencedTable: 'deals' })
    assert.deepEqual(spread.data, [{ first_name: 'ann', titles: ['one', 'two'] }])
  })

  test('supabase-js embeds one row and several, filtered, ordered, limited and counted', async () => {
    const one = await client.from('deals').select('title, contacts(first_name)').eq('title', 'three').single()
    assert.deepEqual(one.data, { title: 'three', contacts: { first_name: 'bob' } })
    const many = await contacts('first_name, deals(title)')
      .order('title', { referencedTable: 'deals', ascending: false })
      .limit(1, { referencedTable: 'deals' })
      .order('first_name')
      .limit(2)
    assert.deepEqual(many.data, [
      { first_name: 'ann', deals: [{ title: 'two' }] },
      { first_name: 'bob', deals: [{ title: 'three' }] },
    ])
    const paged = await contacts('deals(title)')
      .eq('first_name', 'ann')
      .order('title', { referencedTable: 'deals' })
      .range(1, 1, { referencedTable: 'deals' })
    assert.deepEqual(paged.data, [{ deals: [{ title: 'two' }] }])
    const either = await contacts('deals(title)')
      .eq('first_name', 'ann')
      .or('title.eq.two,value.gt.9', { referencedTable: 'deals' })
    assert.deepEqual(either.data, [{ deals: [{ title: 'two' }] }])
    const counted = await contacts('first_name, deals(count)').eq('first_name', 'ann').single()
    assert.deepEqual(counted.data, { first_name: 'ann', deals: [{ count: 2 }] })
  })

  test('supabase-js filters by embedded rows, spreads them and orders by them', async () => {
    const inner = await contacts('first_name, deals!inner(title)', { count: 'exact' }).gt('deals.value', 2)
    assert.deepEqual([inner.count, inner.data], [1, [{ first_name: 'bob', deals: [{ title: 'three' }] }]])
    const without = await contacts('first_name, deals()').is('deals', null)
    assert.deepEqual(without.data, [{ first_name: 'cy' }])
    const spread = await client
      .from('deals')
      .select('title, ...contacts(owner:first_name)')
      .not('contacts', 'is', null)
      .order('contacts(first_name)', { ascending: false })
      .order('title')
    assert.deepEqual(spread.data, [
      { title: 'three', owner: 'bob' },
      { title: 'one', owner: 'ann' },
      { title: 'two', owner: 'ann' },
    ])
  })

  test('supabase-js embeds under other names, and by the column of a foreign key', async () => {
    const { data } = await client
      .from('deals')
      .select('title, owner:contact_id(first_name), who:contacts!deals_contact_id_fkey(email)')
      .eq('who.first_name', 'ann')
      .eq('title', 'three')
    assert.deepEqual(data, [{ title: 'three', owner: { first_name: 'bob' }, who: null }])
  })

  test('postgrest-js works without supabase-js', async () => {
    const alone = new PostgrestClient(`${stage.server.url}/rest/v1`, { headers: { apikey: SERVICE_KEY } })
    const { data } = await alone.from('contacts').select('first_name').eq('first_name', 'cy').single()
    assert.deepEqual(data, { first_name: 'cy' })
  })
})
