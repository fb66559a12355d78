import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import type { Database } from '../src/database/database.ts'
import { createApi } from './harness/api.ts'
import type { Api, DeliveryRow, ErrorBody } from './harness/api.ts'
import { ENGINES, openMigrated } from './harness/databases.ts'
import { createWebhook, onEachEngine } from './harness/on-each-engine.ts'
import type { Row } from '@connectgain/webhooks-client'

type EventRow = Row<'webhook_events'>

interface ReplayAnswer {
  matched: number
}

onEachEngine('origins of changes', (stage) => {
  const deliveriesOf = (id: string, count: number) =>
    stage.server.api.rows<DeliveryRow>(`webhook_deliveries?webhook_id=eq.${id}&order=created_at`, count)
  /** A client with its own key. */
  async function openSync(name: string): Promise<Api> {
    const row = { organization_id: stage.organizationId, name, scope: 'admin' }
    return createApi(stage.server.url, (await stage.server.api.insert<{ key: string }>('api_keys', row)).key)
  }
  const contact = (api: Api) =>
    api.insert<{ id: string }>('contacts', { organization_id: stage.organizationId, first_name: 'Ada' })
  const eventsOf = (id: string) =>
    stage.server.api.get<EventRow>(
      `webhook_events?data->>id=eq.${id}&select=id,event,origin&order=created_at,id`,
    )

  test('a webhook filters the events of an origin that it ignores, with the reason, and gets all others', async () => {
    const sync = await openSync('HubSpot sync')
    const { id, path } = await createWebhook(stage, {
      events: ['contact.*'],
      ignore_origins: ['HubSpot sync'],
    })
    const { id: bystander } = await createWebhook(stage, { events: ['contact.*'] })
    const echoed = await contact(sync)
    const own = await contact(stage.server.api)
    const [arrived] = await stage.receiver.received(path, 1)
    assert.equal(arrived?.json.data['id'], own.id)
    await stage.server.api.rows(`webhook_deliveries?webhook_id=eq.${id}&status=eq.delivered`, 1)
    const deliveries = await deliveriesOf(id, 2)
    assert.deepEqual(
      deliveries.map(({ status, reason, record_id }) => `${status} ${reason} ${record_id}`).toSorted(),
      [`delivered null ${own.id}`, `filtered origin ${echoed.id}`],
    )
    assert.equal((await deliveriesOf(bystander, 2)).length, 2)
    const { body } = await stage.server.api.rpc<ReplayAnswer>('replay_events', {
      webhook_id: id,
      since: '2020-01-01T00:00:00Z',
      dry_run: true,
    })
    assert.equal(body.matched, 0)
    assert.equal(stage.receiver.requests.filter((request) => request.path === path).length, 1)
  })

  test('the origin of an event is the X-Webhooks-Origin of its request, or else the name of the key', async () => {
    const sync = await openSync('ERP')
    const named = await sync.request<{ id: string }[]>(
      'POST',
      'contacts',
      { organization_id: stage.organizationId },
      { 'x-webhooks-origin': 'nightly import', prefer: 'return=representation' },
    )
    const emitted = '0190a000-0000-7000-8000-0000000000aa'
    const event = { id: emitted, organization_id: stage.organizationId, event: 'deal.created', data: {} }
    for (const more of [{}, { 'x-webhooks-origin': 'nightly import' }]) {
      const id = Object.keys(more).length === 0 ? emitted : emitted.replace(/aa$/, 'ab')
      assert.equal((await sync.request('POST', 'webhook_events', { ...event, id }, more)).status, 201)
    }
    const plain = await contact(stage.server.api)
    const originOf = async (id: string): Promise<string | null> => (await eventsOf(id))[0]!.origin
    assert.equal(await originOf((await contact(sync)).id), 'ERP')
    assert.equal(await originOf(named.body[0]!.id), 'nightly import')
    assert.equal(await originOf(plain.id), null)
    const rows = await stage.server.api.get<EventRow>(
      `webhook_events?id=in.(${emitted},${emitted.replace(/aa$/, 'ab')})&order=id`,
    )
    assert.deepEqual(
      rows.map(({ origin }) => origin),
      ['ERP', 'nightly import'],
    )
  })

  test('an invalid origin is refused', async () => {
    const bad = await stage.server.api.request<ErrorBody>('GET', 'contacts', undefined, {
      'x-webhooks-origin': 'é',
    })
    assert.deepEqual([bad.status, bad.body.code, bad.body.details], [400, '22023', 'X-Webhooks-Origin'])
    for (const ignore_origins of ['x', [''], [5], Array.from({ length: 21 }, (_, n) => `o${n}`)]) {
      const { status, body } = await stage.server.api.request<ErrorBody>('POST', 'webhook_configurations', {
        organization_id: stage.organizationId,
        name: 'x',
        url: 'https://example.com/',
        events: ['*'],
        ignore_origins,
      })
      assert.deepEqual([status, body.details], [400, 'ignore_origins'])
    }
  })

  test('a webhook ignores a newly added origin from the next event on', async () => {
    const sync = await openSync('Zapier')
    const { id, path } = await createWebhook(stage, { events: ['contact.created'] })
    await contact(sync)
    await stage.receiver.received(path, 1)
    await stage.server.api.patch(`webhook_configurations?id=eq.${id}`, { ignore_origins: ['Zapier'] })
    await contact(sync)
    const [, second] = await deliveriesOf(id, 2)
    assert.deepEqual([second?.status, second?.reason], ['filtered', 'origin'])
  })

  test("a record's deliveries can be read by its id, and by no other organization", async () => {
    const { id } = await createWebhook(stage, { events: ['contact.*'] })
    const { id: record } = await contact(stage.server.api)
    await contact(stage.server.api)
    await stage.server.api.patch(`contacts?id=eq.${record}`, { company: 'Example Ltd' })
    await stage.server.api.rows(`webhook_deliveries?record_id=eq.${record}&webhook_id=eq.${id}`, 2)
    const found = await stage.server.api.get<DeliveryRow & { event: string; record_id: string }>(
      `webhook_deliveries?record_id=eq.${record}&webhook_id=eq.${id}&order=created_at&select=event,record_id,webhook_events(data)`,
    )
    assert.deepEqual(found.map(({ event }) => event).toSorted(), ['contact.created', 'contact.updated'])
    const { api } = stage.server
    const other = await api.insert<{ id: string }>('organizations', { name: 'Other' })
    const { key } = await api.insert<{ key: string }>('api_keys', {
      organization_id: other.id,
      name: 'x',
      scope: 'read',
    })
    const theirs = createApi(stage.server.url, key)
    assert.deepEqual(await theirs.get(`webhook_deliveries?record_id=eq.${record}`), [])
  })

  test('the deliveries of a replay name their record', async () => {
    const { id } = await createWebhook(stage, { events: ['deal.updated'], is_active: false })
    const events = ['r-1', 7, 'x'.repeat(201), { a: 1 }].map((record) => ({
      organization_id: stage.organizationId,
      event: 'deal.updated',
      data: { name: 'x', id: record },
    }))
    assert.equal((await stage.server.api.request('POST', 'webhook_events', events)).status, 201)
    await stage.server.api.rows(`webhook_skips?webhook_id=eq.${id}&count=eq.4`, 1)
    await stage.server.api.patch(`webhook_configurations?id=eq.${id}`, { is_active: true })
    await stage.server.api.rpc('replay_events', { webhook_id: id, since: '2020-01-01T00:00:00Z' })
    const replayed = await deliveriesOf(id, 4)
    assert.deepEqual(replayed.map(({ record_id }) => record_id ?? 'none').toSorted(), [
      '7',
      'none',
      'none',
      'r-1',
    ])
  })
})

for (const engine of ENGINES) {
  suite(`origin of a CRM transaction (${engine})`, () => {
    const organization = '0190a000-0000-7000-8000-000000000001'
    let database: Database
    let close: () => Promise<void>
    before(async () => {
      ;({ database, close } = await openMigrated(engine))
      await database.query(`insert into organizations (id, name) values ($1, 'Acme')`, [organization])
    })
    after(async () => await close())

    async function change(origin: string | undefined): Promise<string | null> {
      return await database.transaction(async (connection) => {
        if (origin !== undefined) {
          await connection.query(`select set_config('webhooks.origin', $1, true)`, [origin])
        }
        await connection.query('insert into contacts (organization_id) values ($1)', [organization])
        const { rows } = await connection.query<{ origin: string | null }>(
          'select origin from webhooks.webhook_events order by created_at desc, id desc limit 1',
        )
        return rows[0]!.origin
      })
    }

    test('the origin that a transaction sets applies to its events and ends with it', async () => {
      assert.equal(await change('hubspot'), 'hubspot')
      assert.equal(await change(undefined), null)
      assert.equal(await change(''), null)
    })

    test('an origin that is too long is cut, and the change succeeds', async () => {
      assert.equal(await change('x'.repeat(5_000)), 'x'.repeat(200))
    })
  })
}
