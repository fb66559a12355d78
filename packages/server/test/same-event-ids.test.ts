import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newId } from '../src/domain/ids.ts'
import type { Api, DeliveryRow, ErrorBody, LogRow } from './harness/api.ts'
import { createApi } from './harness/api.ts'
import type { Stage } from './harness/on-each-engine.ts'
import { createWebhook, onEachEngine } from './harness/on-each-engine.ts'
import { until } from './harness/until.ts'

/** An organization with its own key and webhook. */
interface Tenant {
  name: string
  organizationId: string
  api: Api
  webhookId: string
  path: string
}

async function createTenant(stage: Stage, name: string, webhook: object): Promise<Tenant> {
  const { api, url } = { api: stage.server.api, url: stage.server.url }
  const { id: organizationId } = await api.insert<{ id: string }>('organizations', { name })
  const { key } = await api.insert<{ key: string }>('api_keys', {
    organization_id: organizationId,
    name: 'test',
    scope: 'admin',
  })
  const { id: webhookId, path } = await createWebhook(stage, {
    organization_id: organizationId,
    events: ['deal.updated'],
    ...webhook,
  })
  return { name, organizationId, api: createApi(url, key), webhookId, path }
}

const createTwo = async (stage: Stage, webhook: object = {}): Promise<[Tenant, Tenant]> => [
  await createTenant(stage, 'a', webhook),
  await createTenant(stage, 'b', webhook),
]

const eventOf = ({ organizationId, name }: Tenant, id: string): object => ({
  id,
  organization_id: organizationId,
  event: 'deal.updated',
  data: { id: `of-${name}`, secret: `secret of ${name}` },
})

const emit = async ({ api }: Tenant, events: object): Promise<number> =>
  (await api.request('POST', 'webhook_events', events)).status

/** The requests that arrived at a tenant's endpoint, each as the ids of the event and of its record. */
async function arrived(
  stage: Stage,
  { path }: Tenant,
  count: number,
): Promise<[string | undefined, unknown][]> {
  const requests = await stage.receiver.received(path, count)
  return requests.map(({ headers, json }) => [headers['x-webhook-id'], json.data['id']])
}

onEachEngine(
  'same event ids of two organizations',
  (stage) => {
    test('two organizations with the same event id each get and see only their own event', async () => {
      const both = await createTwo(stage)
      const id = newId()
      for (const tenant of both) assert.equal(await emit(tenant, eventOf(tenant, id)), 201)
      for (const tenant of both) {
        assert.deepEqual(await arrived(stage, tenant, 1), [[id, `of-${tenant.name}`]])
        const [log] = await tenant.api.rows<LogRow>(`webhook_logs?event_id=eq.${id}`, 1)
        assert.deepEqual((JSON.parse(log!.request_body!) as { data: object }).data, {
          id: `of-${tenant.name}`,
          secret: `secret of ${tenant.name}`,
        })
        const events = await tenant.api.get(`webhook_events?id=eq.${id}&select=organization_id,data->>id`)
        assert.deepEqual(events, [{ organization_id: tenant.organizationId, id: `of-${tenant.name}` }])
      }
    })

    test('the operator sees two events with the same id, each with its own deliveries and log', async () => {
      const both = await createTwo(stage)
      const id = newId()
      for (const tenant of both) await emit(tenant, eventOf(tenant, id))
      for (const tenant of both) await tenant.api.rows(`webhook_logs?event_id=eq.${id}`, 1)
      const expected = both.map(({ organizationId, name }) => [organizationId, `of-${name}`])
      const select = 'organization_id,webhook_events(record:data->>id)'
      for (const path of [
        `webhook_deliveries?event_id=eq.${id}&select=${select}`,
        `webhook_logs?event_id=eq.${id}&select=${select}`,
        `webhook_logs?event_id=eq.${id}&select=organization_id,webhook_events!event_id(record:data->>id)`,
      ]) {
        const rows = await stage.server.api.get<{
          organization_id: string
          webhook_events: { record: string }
        }>(path)
        const shown = rows.map((row) => [row.organization_id, row.webhook_events.record])
        assert.deepEqual(new Map(shown as [string, string][]), new Map(expected as [string, string][]), path)
        assert.equal(rows.length, 2)
      }
      const events = await stage.server.api.get<{ organization_id: string; webhook_deliveries: unknown[] }>(
        `webhook_events?id=eq.${id}&select=organization_id,webhook_deliveries(organization_id)`,
      )
      for (const event of events)
        assert.deepEqual(event.webhook_deliveries, [{ organization_id: event.organization_id }])
    })

    test('a batch is stored and sent completely if another organization has an event with one of its ids', async () => {
      const [a, b] = await createTwo(stage)
      const taken = newId()
      await emit(a, eventOf(a, taken))
      const ids = [newId(), taken, newId()]
      const { status, body } = await b.api.request<{ id: string; data: { id: string } }[]>(
        'POST',
        'webhook_events?select=id,data',
        ids.map((id) => eventOf(b, id)),
        { prefer: 'return=representation' },
      )
      assert.deepEqual(
        [status, body.map(({ id, data }) => [id, data.id])],
        [201, ids.map((id) => [id, 'of-b'])],
      )
      const requests = await arrived(stage, b, 3)
      assert.deepEqual(new Set(requests.map(([id]) => id)), new Set(ids))
      assert.deepEqual(new Set(requests.map(([, record]) => record)), new Set(['of-b']))
      assert.deepEqual(await arrived(stage, a, 1), [[taken, 'of-a']])
    })

    test('concurrent posts of the same event id by two organizations create one event for each', async () => {
      const both = await createTwo(stage)
      const id = newId()
      const statuses = await Promise.all(
        Array.from({ length: 5 }, () => both.map((tenant) => emit(tenant, eventOf(tenant, id)))).flat(),
      )
      assert.deepEqual([...new Set(statuses)], [201])
      for (const tenant of both) {
        assert.deepEqual(await arrived(stage, tenant, 1), [[id, `of-${tenant.name}`]])
        assert.equal((await tenant.api.get(`webhook_events?id=eq.${id}`)).length, 1)
        assert.equal((await tenant.api.get(`webhook_deliveries?event_id=eq.${id}`)).length, 1)
      }
    })

    test('an upsert of supabase-js with on_conflict=id changes no event of either organization', async () => {
      const both = await createTwo(stage)
      const id = newId()
      for (const time of ['first', 'second']) {
        for (const tenant of both) {
          const { status, body } = await tenant.api.request<{ id: string; data: { id: string } }[]>(
            'POST',
            'webhook_events?on_conflict=id&select=id,data',
            [{ ...eventOf(tenant, id), data: { id: `${tenant.name}, ${time}` } }],
            { prefer: 'resolution=merge-duplicates,return=representation' },
          )
          // An event never changes.
          assert.deepEqual([status, body], [201, [{ id, data: { id: `${tenant.name}, first` } }]])
        }
      }
    })

    test('a refused post does not reveal whether another organization has an event with that id', async () => {
      const [a, b] = await createTwo(stage)
      const taken = newId()
      await emit(a, eventOf(a, taken))
      const answers = await Promise.all(
        [taken, newId()].map((id) => b.api.request<ErrorBody>('POST', 'webhook_events', eventOf(a, id))),
      )
      assert.deepEqual(answers[0]!.body, answers[1]!.body)
      assert.deepEqual([answers[0]!.status, answers[0]!.body.code], [403, '42501'])
      const dropped = await b.api.get(`webhook_events?id=eq.${taken}`)
      assert.deepEqual(dropped, [])
    })

    test('two events with the same id are each sent without their redacted fields', async () => {
      const both = await createTwo(stage, { redact: ['data.secret'] })
      const id = newId()
      await Promise.all(both.map((tenant) => emit(tenant, eventOf(tenant, id))))
      for (const tenant of both) {
        const [request] = await stage.receiver.received(tenant.path, 1)
        assert.deepEqual(request?.json.data, { id: `of-${tenant.name}` })
      }
    })

    test("a manual retry and a bulk retry send an organization's own event if another has the same id", async () => {
      const both = await createTwo(stage)
      const id = newId()
      for (const { path } of both) stage.receiver.reply(path, 500, 200)
      await Promise.all(both.map((tenant) => emit(tenant, eventOf(tenant, id))))
      for (const { api } of both) {
        await api.rows(`webhook_deliveries?event_id=eq.${id}&status=eq.failed`, 1)
      }
      const [a, b] = both
      const bulk = await a.api.rpc<{ matched: number }>('retry_failed', { webhook_id: a.webhookId })
      assert.equal(bulk.body.matched, 1)
      const [delivery] = await b.api.get<DeliveryRow>(`webhook_deliveries?event_id=eq.${id}`)
      assert.equal((await b.api.rpc('retry_delivery', { delivery_id: delivery!.id })).status, 200)
      for (const tenant of both) {
        const mine = [id, `of-${tenant.name}`]
        assert.deepEqual(await arrived(stage, tenant, 2), [mine, mine])
      }
    })

    test("a replay sends an organization's own event if another has the same id", async () => {
      const both = await createTwo(stage, { is_active: false })
      const id = newId()
      for (const tenant of both) await emit(tenant, eventOf(tenant, id))
      for (const tenant of both) {
        await until('the event to be skipped', async () =>
          (await tenant.api.get(`webhook_skips?webhook_id=eq.${tenant.webhookId}`)).length > 0
            ? true
            : undefined,
        )
        await tenant.api.patch(`webhook_configurations?id=eq.${tenant.webhookId}`, { is_active: true })
        const { body } = await tenant.api.rpc<{ matched: number }>('replay_events', {
          webhook_id: tenant.webhookId,
          since: '2020-01-01T00:00:00Z',
        })
        assert.equal(body.matched, 1)
        assert.deepEqual(await arrived(stage, tenant, 1), [[id, `of-${tenant.name}`]])
        const [delivery] = await tenant.api.get(`webhook_deliveries?event_id=eq.${id}&select=record_id`)
        assert.equal(delivery?.['record_id'], `of-${tenant.name}`)
      }
    })

    test("an erasure erases only an organization's own event if another has the same id", async () => {
      const [a, b] = await createTwo(stage)
      const id = newId()
      for (const tenant of [a, b]) await emit(tenant, eventOf(tenant, id))
      for (const tenant of [a, b]) await tenant.api.rows(`webhook_logs?event_id=eq.${id}`, 1)
      const { body } = await a.api.rpc<{ erasure_id: string }>('erase_record', {
        record_id: 'of-a',
        object: 'deal',
      })
      await a.api.rows(`webhook_erasures?id=eq.${body.erasure_id}&status=eq.completed`, 1)
      const dataOf = async ({ api }: Tenant): Promise<unknown> =>
        (await api.get<{ data: unknown }>(`webhook_events?id=eq.${id}&select=data`))[0]?.data
      assert.deepEqual(
        [await dataOf(a), await dataOf(b)],
        [{ erased: true }, { id: 'of-b', secret: 'secret of b' }],
      )
      const [kept] = await b.api.get<DeliveryRow & LogRow>(
        `webhook_deliveries?event_id=eq.${id}&select=status,reason`,
      )
      assert.deepEqual([kept?.status, kept?.reason], ['delivered', null])
      const [log] = await b.api.get<LogRow>(`webhook_logs?event_id=eq.${id}&select=request_body`)
      assert.match(log!.request_body!, /secret of b/)
    })
  },
  { settings: { RETRY_SCHEDULE: '' } },
)
