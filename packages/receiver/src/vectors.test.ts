import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { expectRefusal } from '../test/expect-refusal.ts'
import { verifyWebhook } from './index.ts'

interface Vector {
  name: string
  secret: string
  id: string
  timestamp_unix: number
  body: string
  x_webhook_signature: string
  webhook_signature: string
}

const vectors: Vector[] = JSON.parse(
  readFileSync(new URL('../test/signatures.json', import.meta.url), 'utf8'),
)

test('the file of test vectors contains at least four', () => assert.ok(vectors.length >= 4))

for (const vector of vectors) {
  const { name, secret, body } = vector
  const now = vector.timestamp_unix * 1000
  const standard = {
    'webhook-id': vector.id,
    'webhook-timestamp': String(vector.timestamp_unix),
    'webhook-signature': vector.webhook_signature,
  }
  const bodyOnly = {
    'X-Webhook-Timestamp': new Date(now).toISOString(),
    'X-Webhook-Signature': vector.x_webhook_signature,
  }

  test(`the vector "${name}" verifies by webhook-signature`, async () => {
    assert.deepEqual(await verifyWebhook({ body, headers: standard, secret, now }), JSON.parse(body))
  })

  test(`the vector "${name}" verifies by X-Webhook-Signature`, async () => {
    assert.deepEqual(await verifyWebhook({ body, headers: bodyOnly, secret, now }), JSON.parse(body))
  })

  for (const [scheme, headers] of Object.entries({ standard, bodyOnly })) {
    test(`the vector "${name}" with one more byte does not verify (${scheme})`, async () => {
      await expectRefusal(verifyWebhook({ body: `${body} `, headers, secret, now }), 'signature_mismatch')
    })
  }
}
