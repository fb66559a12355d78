import assert from 'node:assert/strict'
import { test } from 'node:test'
import { verify as verifyOctokit } from '@octokit/webhooks-methods'
import { Webhook as StandardWebhook } from 'standardwebhooks'
import { Webhook as SvixWebhook } from 'svix'
import type { ReceivedRequest } from './harness/receiver-server.ts'
import type { Stage } from './harness/on-each-engine.ts'
import { createWebhook, onEachEngine } from './harness/on-each-engine.ts'

const STANDARD_SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
const PLAIN_SECRET = 'your-secret-key'

async function receiveSigned(stage: Stage, secret: string): Promise<ReceivedRequest> {
  const { path } = await createWebhook(stage, { events: ['message.received'], secret })
  await stage.server.api.insert('webhook_events', {
    organization_id: stage.organizationId,
    event: 'message.received',
    data: { body: 'Olá 👋 — ¿qué tal? 你好' },
  })
  const [request] = await stage.receiver.received(path, 1)
  assert.ok(request)
  return request
}

onEachEngine('receiver libraries', (stage) => {
  test('standardwebhooks verifies a request and refuses a tampered one', async () => {
    const { body, headers } = await receiveSigned(stage, STANDARD_SECRET)
    const library = new StandardWebhook(STANDARD_SECRET)
    assert.deepEqual(library.verify(body, headers), JSON.parse(body))
    assert.throws(() => library.verify(body.replace('Ol', 'Al'), headers))
  })

  test('standardwebhooks verifies a request with a secret without prefix, given as bytes', async () => {
    const { body, headers } = await receiveSigned(stage, PLAIN_SECRET)
    const library = new StandardWebhook(Buffer.from(PLAIN_SECRET), { format: 'raw' })
    assert.deepEqual(library.verify(body, headers), JSON.parse(body))
  })

  test('svix verifies a request and refuses a tampered one', async () => {
    const { body, headers } = await receiveSigned(stage, STANDARD_SECRET)
    const library = new SvixWebhook(STANDARD_SECRET)
    assert.deepEqual(library.verify(body, headers), JSON.parse(body))
    assert.throws(() => library.verify(`${body} `, headers))
  })

  test('@octokit/webhooks-methods verifies a request and refuses another secret', async () => {
    for (const secret of [PLAIN_SECRET, STANDARD_SECRET]) {
      const { body, headers } = await receiveSigned(stage, secret)
      const signature = headers['x-webhook-signature'] ?? ''
      assert.equal(await verifyOctokit(secret, body, signature), true)
      assert.equal(await verifyOctokit('another-secret', body, signature), false)
    }
  })
})
