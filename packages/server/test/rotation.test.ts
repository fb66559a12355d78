import assert from 'node:assert/strict'
import { test } from 'node:test'
import { verifyWebhook } from '@connectgain/webhooks-receiver'
import { Webhook as StandardWebhook } from 'standardwebhooks'
import type { ErrorBody } from './harness/api.ts'
import { createWebhook, onEachEngine } from './harness/on-each-engine.ts'
import type { ReceivedRequest } from './harness/receiver-server.ts'

interface Rotation {
  secret: string
  previous_secret_until: string | null
}

const OLD = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'

onEachEngine('rpc/rotate_webhook_secret', (stage) => {
  const rotate = (body: object) => stage.server.api.rpc<Rotation>('rotate_webhook_secret', body)
  const verifies = ({ body, headers }: ReceivedRequest, secret: string): Promise<boolean> =>
    verifyWebhook({ body, headers, secret }).then(
      () => true,
      () => false,
    )

  async function nextRequest(path: string, count: number): Promise<ReceivedRequest> {
    await stage.server.api.insert('webhook_events', {
      organization_id: stage.organizationId,
      event: 'deal.updated',
      data: {},
    })
    return (await stage.receiver.received(path, count))[count - 1]!
  }

  test('the new and the old secret both verify during the overlap', async () => {
    const { id, path } = await createWebhook(stage, { events: ['deal.updated'], secret: OLD })
    const { status, body } = await rotate({ webhook_id: id })
    assert.equal(status, 200)
    assert.match(body.secret, /^whsec_/)
    const hours = (Date.parse(body.previous_secret_until ?? '') - Date.now()) / 3_600_000
    assert.ok(hours > 23.9 && hours < 24.1, `${hours} hours`)
    const request = await nextRequest(path, 1)
    assert.deepEqual([await verifies(request, body.secret), await verifies(request, OLD)], [true, true])
    assert.match(request.headers['x-webhook-signature'] ?? '', /^sha256=[0-9a-f]{64}, sha256=[0-9a-f]{64}$/)
    assert.match(request.headers['webhook-signature'] ?? '', /^v1,\S+ v1,\S+$/)
    for (const secret of [body.secret, OLD]) new StandardWebhook(secret).verify(request.body, request.headers)
  })

  test('only the new secret verifies after the overlap, or without one', async () => {
    const { id, path } = await createWebhook(stage, { events: ['deal.updated'], secret: OLD })
    const atOnce = await rotate({ webhook_id: id, overlap_hours: 0, secret: 'the-second-secret' })
    assert.deepEqual(atOnce.body, { secret: 'the-second-secret', previous_secret_until: null })
    const first = await nextRequest(path, 1)
    assert.deepEqual([await verifies(first, 'the-second-secret'), await verifies(first, OLD)], [true, false])
    await rotate({ webhook_id: id, overlap_hours: 0.000_001, secret: 'the-third-secret' })
    const second = await nextRequest(path, 2)
    assert.deepEqual(
      [await verifies(second, 'the-third-secret'), await verifies(second, 'the-second-secret')],
      [true, false],
    )
  })

  test('a secret that is written to the webhook ends the overlap', async () => {
    const { id, path } = await createWebhook(stage, { events: ['deal.updated'], secret: OLD })
    await rotate({ webhook_id: id })
    await stage.server.api.patch(`webhook_configurations?id=eq.${id}`, { secret: 'written-outright' })
    const request = await nextRequest(path, 1)
    assert.deepEqual(
      [await verifies(request, 'written-outright'), await verifies(request, OLD)],
      [true, false],
    )
  })

  test('neither the webhook nor the output of the server shows a secret after a rotation', async () => {
    const { id } = await createWebhook(stage, { secret: OLD })
    const { body } = await rotate({ webhook_id: id })
    const row = JSON.stringify(await stage.server.api.get(`webhook_configurations?id=eq.${id}`))
    assert.equal(row.includes(OLD) || row.includes(body.secret), false)
    assert.equal(stage.server.output().includes(body.secret), false)
  })

  test('an invalid argument of rotate_webhook_secret is refused by its name', async () => {
    const { id } = await createWebhook(stage, {})
    for (const [fields, field] of [
      [{ overlap_hours: 169 }, 'overlap_hours'],
      [{ secret: 'short' }, 'secret'],
    ] as const) {
      const { status, body } = await stage.server.api.rpc<ErrorBody>('rotate_webhook_secret', {
        webhook_id: id,
        ...fields,
      })
      assert.deepEqual([status, body.details], [400, field])
    }
  })
})
