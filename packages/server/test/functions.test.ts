import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DeliveryRow, LogRow } from './harness/api.ts'
import { createWebhook, onEachEngine, onEveryEngine } from './harness/on-each-engine.ts'

const UNKNOWN_ID = '0193f0a2-6c1b-7c3e-8f00-00000000ffff'

interface AttemptResponse {
  status: string
  attempt: number
  response_code: number | null
  error_message: string | null
  diagnosis: string | null
  log_id: string
  next_attempt_at: string | null
  code?: string
}

onEveryEngine(
  'rpc/retry_delivery',
  (stage) => {
    /** A delivery whose first attempt has failed, with the next one an hour away. */
    async function failedOnce(): Promise<{ webhook: string; delivery: string; path: string }> {
      const { id, path } = await createWebhook(stage, { events: ['deal.updated'] })
      stage.receiver.reply(path, 500)
      await stage.server.api.insert('webhook_events', {
        organization_id: stage.organizationId,
        event: 'deal.updated',
        data: { id: 'd-1' },
      })
      const [delivery] = await stage.server.api.rows<DeliveryRow>(
        `webhook_deliveries?webhook_id=${id}&status=retrying`,
        1,
      )
      assert.ok(delivery)
      return { webhook: id, delivery: delivery.id, path }
    }

    const retry = (delivery_id: string) =>
      stage.server.api.rpc<AttemptResponse>('retry_delivery', { delivery_id })
    const disable = (id: string) =>
      stage.server.api.patch(`webhook_configurations?id=eq.${id}`, { is_active: false })

    test('retry_delivery makes one attempt at once, in place of the scheduled one', async () => {
      const { webhook, delivery, path } = await failedOnce()
      stage.receiver.reply(path, 200)
      const { status, body } = await retry(delivery)
      assert.deepEqual(
        [status, body.status, body.attempt, body.response_code, body.next_attempt_at],
        [200, 'success', 2, 200, null],
      )
      const [row] = await stage.server.api.get<DeliveryRow>(`webhook_deliveries?id=eq.${delivery}`)
      assert.deepEqual([row?.status, row?.attempts, row?.next_attempt_at], ['delivered', 2, null])
      const [log] = await stage.server.api.get<LogRow>(`webhook_logs?id=eq.${body.log_id}`)
      assert.deepEqual([log?.trigger, log?.status], ['manual', 'success'])
      const requests = await stage.receiver.received(path, 2)
      assert.deepEqual(
        requests.map(({ headers }) => headers['x-webhook-id']),
        [row?.event_id, row?.event_id],
      )
      await disable(webhook)
    })

    test('a delivery continues its retry schedule after a failed retry_delivery', async () => {
      const { webhook, delivery } = await failedOnce()
      const { body } = await retry(delivery)
      assert.deepEqual([body.status, body.attempt], ['failed', 2])
      assert.ok(body.next_attempt_at !== null && Date.parse(body.next_attempt_at) > Date.now() + 3_000_000)
      const [row] = await stage.server.api.get<DeliveryRow>(`webhook_deliveries?id=eq.${delivery}`)
      assert.deepEqual([row?.status, row?.attempts], ['retrying', 2])
      await disable(webhook)
    })

    test('a second retry_delivery during the first gets 409, and one attempt is made', async () => {
      const { webhook, delivery, path } = await failedOnce()
      const [finish, started] = deferred<() => void>()
      stage.receiver.reply(path, (response) => finish(() => response.writeHead(200).end()))
      const first = retry(delivery)
      const respond = await started
      const second = await retry(delivery)
      assert.deepEqual([second.status, second.body.code], [409, '55006'])
      respond()
      assert.equal((await first).body.status, 'success')
      assert.equal((await stage.receiver.received(path, 2)).length, 2)
      await disable(webhook)
    })

    test('retry_delivery sends a delivered delivery again and keeps it delivered, even if the attempt fails', async () => {
      const { webhook, delivery, path } = await failedOnce()
      stage.receiver.reply(path, 200, 500)
      await retry(delivery)
      const { body } = await retry(delivery)
      assert.deepEqual([body.status, body.attempt, body.next_attempt_at], ['failed', 3, null])
      const [row] = await stage.server.api.get<DeliveryRow>(`webhook_deliveries?id=eq.${delivery}`)
      assert.deepEqual([row?.status, row?.attempts], ['delivered', 3])
      await disable(webhook)
    })

    test('retry_delivery is refused while the webhook is disabled, and works once it is enabled', async () => {
      const { webhook, delivery, path } = await failedOnce()
      await disable(webhook)
      await stage.server.api.rows(`webhook_deliveries?id=eq.${delivery}&status=cancelled`, 1)
      const refused = await retry(delivery)
      assert.deepEqual([refused.status, refused.body.code], [409, '55000'])
      await stage.server.api.patch(`webhook_configurations?id=eq.${webhook}`, { is_active: true })
      stage.receiver.reply(path, 200)
      assert.equal((await retry(delivery)).body.status, 'success')
      await disable(webhook)
    })

    test('retry_delivery returns 404 for an unknown delivery and 400 with the field for an invalid id', async () => {
      assert.equal((await retry(UNKNOWN_ID)).status, 404)
      const { status, body } = await stage.server.api.rpc<{ details: string }>('retry_delivery', {
        delivery_id: 'x',
      })
      assert.deepEqual([status, body.details], [400, 'delivery_id'])
    })
  },
  { settings: { RETRY_SCHEDULE: '1h,1h,1h,1h' } },
)

onEachEngine('rpc/test_webhook', (stage) => {
  const send = (body: object) => stage.server.api.rpc<AttemptResponse>('test_webhook', body)

  test('test_webhook sends the example of the first event type that the webhook subscribes to', async () => {
    const { id, path } = await createWebhook(stage, { events: ['deal.stage.*', 'contact.created'] })
    assert.equal((await send({ webhook_id: id })).body.status, 'success')
    const [request] = await stage.receiver.received(path, 1)
    assert.equal(request?.json.event, 'contact.created')
    assert.equal(request?.json.data['first_name'], 'John')
  })

  test('a failed test_webhook returns a diagnosis, is not retried and does not disable the webhook', async () => {
    const { id, path } = await createWebhook(stage, { events: ['deal.created'] })
    stage.receiver.reply(path, 410)
    const { status, body } = await send({ webhook_id: id })
    assert.deepEqual([status, body.status, body.response_code], [200, 'failed', 410])
    assert.ok(body.error_message && body.diagnosis)
    assert.equal((await stage.server.api.get(`webhook_configurations?id=eq.${id}&is_active=true`)).length, 1)
    assert.equal((await stage.server.api.get(`webhook_deliveries?webhook_id=${id}`)).length, 0)
    assert.equal((await stage.receiver.received(path, 1)).length, 1)
  })

  test('test_webhook returns 400 with the nearest names for an unknown event type and 404 for an unknown webhook', async () => {
    const { id } = await createWebhook(stage, {})
    const wrong = await stage.server.api.rpc<{ message: string }>('test_webhook', {
      webhook_id: id,
      event: 'deal.create',
    })
    assert.equal(wrong.status, 400)
    assert.match(wrong.body.message, /'deal\.created'/)
    assert.equal((await send({ webhook_id: UNKNOWN_ID })).status, 404)
  })

  test('a function refuses unknown arguments, and an unknown function gets 404 with the nearest name', async () => {
    const { status, body } = await stage.server.api.rpc<{ message: string }>('test_webhook', {
      webhook_id: UNKNOWN_ID,
      evnt: 'x',
    })
    assert.equal(status, 400)
    assert.match(body.message, /evnt/)
    const unknown = await stage.server.api.rpc<{ code: string; hint: string }>('test_webhok', {})
    assert.deepEqual([unknown.status, unknown.body.code], [404, 'PGRST202'])
    assert.match(unknown.body.hint, /test_webhook/)
  })
})

function deferred<T>(): [(value: T) => void, Promise<T>] {
  const { promise, resolve } = Promise.withResolvers<T>()
  return [resolve, promise]
}
