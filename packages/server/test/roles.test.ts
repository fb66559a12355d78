import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Database } from '../src/database/database.ts'
import { openPostgres } from '../src/database/postgres.ts'
import type { DeliveryRow, LogRow } from './harness/api.ts'
import { createWebhook, onEachEngine } from './harness/on-each-engine.ts'
import type { ServerProcess } from './harness/server-process.ts'
import { until } from './harness/until.ts'

onEachEngine(
  'separate api and worker nodes',
  (stage) => {
    let database: Database
    before(() => {
      database = openPostgres({ url: stage.site.settings['DATABASE_URL']!, poolSize: 1 })
    })
    after(() => database.close())

    /** Nodes that send: each registers before it takes any delivery. */
    async function sendingNodes(): Promise<number> {
      const { rows } = await database.query<{ count: number }>('select count(*) from webhooks_internal.nodes')
      return rows[0]!.count
    }

    const emit = (): Promise<unknown> =>
      stage.server.api.insert('webhook_events', {
        organization_id: stage.organizationId,
        event: 'deal.updated',
        data: {},
      })

    test('an api node accepts events and tests webhooks, and a worker that starts later sends the deliveries', async () => {
      const { id, path } = await createWebhook(stage, { events: ['deal.updated'] })
      await emit()
      const tested = await stage.server.api.rpc<{ status: string }>('test_webhook', { webhook_id: id })
      assert.equal(tested.body.status, 'success')
      assert.equal(await sendingNodes(), 0)
      assert.deepEqual(await stage.server.api.get(`webhook_deliveries?webhook_id=${id}`), [])
      assert.equal((await stage.receiver.received(path, 1)).length, 1)

      const worker = await stage.site.start({ ROLE: 'worker' })
      await stage.server.api.rows(`webhook_deliveries?webhook_id=${id}&status=delivered`, 1)
      assert.equal((await stage.receiver.received(path, 2)).length, 2)
      assert.equal(await worker.stop(), 0)
    })

    test('an api node makes a manual retry while there is no worker', async () => {
      const worker = await stage.site.start({ ROLE: 'worker' })
      const { id, path } = await createWebhook(stage, { events: ['deal.updated'] })
      stage.receiver.reply(path, 500, 500, 500, 200)
      await emit()
      const [failed] = await stage.server.api.rows<DeliveryRow>(
        `webhook_deliveries?webhook_id=${id}&status=failed`,
        1,
      )
      await worker.stop()
      const retried = await stage.server.api.rpc('retry_delivery', { delivery_id: failed!.id })
      assert.equal(retried.status, 200)
      const logs = await stage.server.api.rows<LogRow>(`webhook_logs?webhook_id=${id}&order=attempt`, 4)
      assert.deepEqual(logs.map(({ attempt, status, trigger }) => [attempt, status, trigger]).at(-1), [
        4,
        'success',
        'manual',
      ])
    })

    test('a worker serves its health and nothing else', async () => {
      const worker: ServerProcess = await stage.site.start({ ROLE: 'worker' })
      const status = async (path: string): Promise<number> => (await fetch(`${worker.url}${path}`)).status
      assert.equal(await status('/health/ready'), 200)
      assert.equal(await status('/rest/v1/webhook_logs'), 404)
      assert.equal(await status('/settings/webhooks'), 404)
      await worker.stop()
    })

    test('two workers share the deliveries of one api node and send each once', async () => {
      const workers = await Promise.all([1, 2].map(() => stage.site.start({ ROLE: 'worker' })))
      await until('both workers to be registered', async () => (await sendingNodes()) === 2)
      const { id, path } = await createWebhook(stage, { events: ['deal.created'] })
      const event = { organization_id: stage.organizationId, event: 'deal.created', data: {} }
      const events = Array.from({ length: 500 }, () => event)
      await stage.server.api.request('POST', 'webhook_events', events)
      await stage.server.api.rows(
        `webhook_deliveries?select=id&webhook_id=${id}&status=delivered`,
        events.length,
      )
      const requests = await stage.receiver.received(path, events.length)
      const attempts = requests.map(({ headers }) => headers['x-webhook-attempt'])
      assert.deepEqual(new Set(attempts), new Set(['1']))
      assert.equal(requests.length, events.length)
      assert.equal(new Set(requests.map(({ headers }) => headers['x-webhook-id'])).size, events.length)
      for (const worker of workers) assert.equal(await worker.stop(), 0)
    })
  },
  {
    // Long enough for every response on a busy machine: after a timeout, the delivery would be sent again.
    settings: { ROLE: 'api', DELIVERY_TIMEOUT: '60s' },
    engines: process.env['TEST_DATABASE_URL'] === undefined ? [] : ['postgresql'],
  },
)
