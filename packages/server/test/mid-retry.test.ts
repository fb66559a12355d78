import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DeliveryRow } from './harness/api.ts'
import type { Stage } from './harness/on-each-engine.ts'
import { createWebhook, onEachEngine } from './harness/on-each-engine.ts'

onEachEngine(
  'changes of a webhook between two attempts',
  (stage) => {
    async function emit(): Promise<void> {
      await stage.server.api.insert('webhook_events', {
        organization_id: stage.organizationId,
        event: 'deal.updated',
        data: { id: 'd-1' },
      })
    }

    /** A webhook with a delivery that has failed once, and whose next attempt is an hour away. */
    async function failedOnce(): Promise<{ id: string; path: string }> {
      const webhook = await createWebhook(stage, { events: ['deal.updated'] })
      stage.receiver.reply(webhook.path, 500)
      await emit()
      await stage.server.api.rows(`webhook_deliveries?webhook_id=${webhook.id}&status=retrying`, 1)
      return webhook
    }

    /** A webhook that `change` changes while its first request is under way; that request then fails. */
    async function changedUnderWay(change: (id: string) => Promise<unknown>): Promise<string> {
      const { id, path } = await createWebhook(stage, { events: ['deal.updated'] })
      stage.receiver.reply(path, (response) => {
        void change(id).then(() => response.writeHead(500).end())
      })
      await emit()
      return id
    }

    async function cancelledBecause(id: string): Promise<string | null | undefined> {
      const [delivery] = await stage.server.api.rows<DeliveryRow>(
        `webhook_deliveries?webhook_id=${id}&status=cancelled`,
        1,
      )
      assert.deepEqual([delivery?.attempts, delivery?.next_attempt_at], [1, null])
      return delivery?.reason
    }

    const disable = (id: string): Promise<void> =>
      stage.server.api.patch(`webhook_configurations?id=eq.${id}`, { is_active: false })
    const remove = (id: string): Promise<unknown> => remover(stage, id)

    test('a delivery that waits for a retry is cancelled when its webhook is disabled', async () => {
      const { id } = await failedOnce()
      await disable(id)
      assert.equal(await cancelledBecause(id), 'webhook disabled')
    })

    test('a delivery that waits for a retry is cancelled when its webhook is deleted', async () => {
      const { id } = await failedOnce()
      await remove(id)
      assert.equal(await cancelledBecause(id), 'webhook deleted')
    })

    test('an attempt during which its webhook is disabled is recorded and not retried', async () => {
      const id = await changedUnderWay(disable)
      assert.equal(await cancelledBecause(id), 'webhook disabled')
      assert.equal((await stage.server.api.get(`webhook_logs?webhook_id=${id}`)).length, 1)
    })

    test('an attempt during which its webhook is deleted is recorded and not retried', async () => {
      const id = await changedUnderWay(remove)
      assert.equal(await cancelledBecause(id), 'webhook deleted')
      assert.equal((await stage.server.api.get(`webhook_logs?webhook_id=${id}`)).length, 1)
    })

    test('a manual retry goes to the new URL of a webhook with the same event id and body', async () => {
      const { id, path } = await failedOnce()
      const url = new URL('/re-addressed', stage.receiver.url).href
      await stage.server.api.patch(`webhook_configurations?id=eq.${id}`, { url })
      const [delivery] = await stage.server.api.get<DeliveryRow>(`webhook_deliveries?webhook_id=eq.${id}`)
      await stage.server.api.rpc('retry_delivery', { delivery_id: delivery?.id })
      const [before] = await stage.receiver.received(path, 1)
      const [after] = await stage.receiver.received('/re-addressed', 1)
      assert.equal(after?.headers['x-webhook-id'], before?.headers['x-webhook-id'])
      assert.equal(after?.headers['x-webhook-attempt'], '2')
      assert.equal(after?.body, before?.body)
      await disable(id)
    })
  },
  { settings: { RETRY_SCHEDULE: '1h,1h' } },
)

async function remover(stage: Stage, id: string): Promise<void> {
  const { status } = await stage.server.api.request('DELETE', `webhook_configurations?id=eq.${id}`)
  assert.equal(status, 204)
}
