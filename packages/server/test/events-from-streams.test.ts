import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newId } from '../src/domain/ids.ts'
import { EVERY_ENGINE } from './harness/databases.ts'
import { natsMissing } from './harness/nats-cluster.ts'
import { createWebhook, onEachEngine } from './harness/on-each-engine.ts'
import { SERVICE_KEY } from './harness/server-process.ts'

const skip = EVERY_ENGINE.includes('postgresql') ? natsMissing : 'needs PostgreSQL'

onEachEngine(
  'events from streams',
  (stage) => {
    const toRow = (event: string, data: object, id?: string): object => ({
      organization_id: stage.organizationId,
      event,
      data,
      ...(id === undefined ? {} : { id }),
    })
    const emit = async (event: string, data: object, id?: string): Promise<number> =>
      (await stage.server.api.request('POST', 'webhook_events', toRow(event, data, id))).status

    test('a change in the CRM and a posted event arrive, and are logged', async () => {
      const { id, path } = await createWebhook(stage, { events: ['contact.created', 'deal.created'] })
      const { api } = stage.server
      await api.insert('contacts', { organization_id: stage.organizationId, first_name: 'Ada' })
      await emit('deal.created', { id: '7', value: 12.5 })
      await stage.receiver.received(path, 2)
      await api.rows(`webhook_deliveries?webhook_id=eq.${id}&status=eq.delivered`, 2)
      await api.rows(`webhook_logs?webhook_id=eq.${id}&status=eq.success`, 2)
      await api.rows(`webhook_events?organization_id=eq.${stage.organizationId}`, 2)
    })

    test('a later attempt sends the same bytes as the first', async () => {
      const { path } = await createWebhook(stage, { events: ['deal.updated'] })
      stage.receiver.reply(path, 500, 200)
      const data = '{ "id" : "8",\n "value": 1e400, "big": 9007199254740993 }'
      const body = `{"organization_id":"${stage.organizationId}","event":"deal.updated","data":${data}}`
      const response = await fetch(`${stage.server.url}/rest/v1/webhook_events`, {
        method: 'POST',
        headers: { apikey: SERVICE_KEY, 'content-type': 'application/json' },
        body,
      })
      assert.equal(response.status, 201)
      const [first, second] = await stage.receiver.received(path, 2)
      assert.ok(first!.body.includes(data))
      assert.equal(second!.body, first!.body)
      assert.equal(second!.headers['x-webhook-delivery'], first!.headers['x-webhook-delivery'])
    })

    test('an event that is posted again, alone or with others, is sent once', async () => {
      const { id: webhook, path } = await createWebhook(stage, { events: ['deal.created'] })
      const [again, other] = [newId(), newId()]
      assert.equal(await emit('deal.created', { id: '9' }, again), 201)
      await stage.server.api.rows(`webhook_deliveries?webhook_id=eq.${webhook}&status=eq.delivered`, 1)
      assert.equal(await emit('deal.created', { id: '9' }, again), 201)
      // Another message, which the servers do not recognize.
      const rows = [again, other].map((id) => toRow('deal.created', { id: '9' }, id))
      assert.equal((await stage.server.api.request('POST', 'webhook_events', rows)).status, 201)
      await stage.server.api.rows(`webhook_deliveries?webhook_id=eq.${webhook}&status=eq.delivered`, 2)
      const sent = (await stage.receiver.received(path, 2)).map(({ headers }) => headers['x-webhook-id'])
      assert.deepEqual(new Set(sent), new Set([again, other]))
    })

    test('an event that a changed webhook follows meets the changed webhook', async () => {
      const { id, path } = await createWebhook(stage, { events: ['deal.created'] })
      await emit('deal.created', { id: '10' })
      await stage.receiver.received(path, 1)
      for (let change = 0; change < 5; change += 1) {
        const next = `${path}-${change}`
        await stage.server.api.patch(`webhook_configurations?id=eq.${id}`, {
          url: new URL(next, stage.receiver.url).href,
        })
        await emit('deal.created', { id: '10' })
        await stage.receiver.received(next, 1)
      }
    })

    test('an event that waits in a stream when its record is erased is erased after it is stored', async () => {
      await createWebhook(stage, { events: ['contact.updated'] })
      const worker = stage.server
      const api = await stage.site.start({ ROLE: 'api' })
      await worker.stop()
      const eventId = newId()
      const row = toRow('contact.updated', { id: 'c-1', email: 'ada@example.com' }, eventId)
      assert.equal((await api.api.request('POST', 'webhook_events', row)).status, 201)
      const { body } = await api.api.rpc<{ erasure_id: string }>('erase_record', {
        organization_id: stage.organizationId,
        object: 'contact',
        record_id: 'c-1',
      })
      stage.server = await stage.site.start()
      await api.stop()
      await stage.server.api.rows(`webhook_erasures?id=eq.${body.erasure_id}&status=eq.completed`, 1)
      const [stored] = await stage.server.api.rows<{ data: object }>(`webhook_events?id=eq.${eventId}`, 1)
      assert.ok(!JSON.stringify(stored).includes('ada@example.com'))
    })

    test('a node that ends gives its partitions to the next one, and nothing is sent twice', async () => {
      const { id, path } = await createWebhook(stage, { events: ['deal.created'] })
      const first = stage.server
      stage.server = await stage.site.start()
      for (let event = 0; event < 50; event += 1) {
        await emit('deal.created', { id: String(event) })
        if (event === 25) await first.stop()
      }
      await stage.server.api.rows(`webhook_deliveries?webhook_id=eq.${id}&status=eq.delivered`, 50)
      assert.equal((await stage.receiver.received(path, 50)).length, 50)
    })
  },
  { engines: ['postgresql'], isOnStreams: true, skip },
)
