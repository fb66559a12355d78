import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { ANY_ENGINE } from './harness/databases.ts'
import type { InProcessApi } from './harness/in-process-api.ts'
import { OURS, openApi } from './harness/in-process-api.ts'
import type { ReceiverServer } from './harness/receiver-server.ts'
import { startReceiver } from './harness/receiver-server.ts'
import { SERVICE_KEY } from './harness/server-process.ts'

suite('data of a test', () => {
  let api: InProcessApi
  let receiver: ReceiverServer
  before(async () => {
    api = await openApi(ANY_ENGINE)
    receiver = await startReceiver()
  })
  after(async () => {
    await api.close()
    await receiver.close()
  })

  test('a test sends its data as given: numbers, escapes and the order of keys', async () => {
    const { json } = await api.ask<{ id: string }[]>('POST', 'webhook_configurations', {
      body: { organization_id: OURS, name: 'CRM', url: `${receiver.url}/hook`, events: ['*'] },
      headers: { prefer: 'return=representation' },
    })
    const data = String.raw`{"n": 12345678901234567890, "f": 1.0, "b": "\u00e9", "a": 1}`
    const body = `{"data": ${data}, "event": "deal.created", "webhook_id": "${json[0]?.id}"}`
    const headers = { apikey: SERVICE_KEY, 'content-type': 'application/json' }
    const { statusCode } = await api.inject('POST', '/rest/v1/rpc/test_webhook', { headers, body })
    assert.equal(statusCode, 200)
    const [request] = await receiver.received('/hook', 1)
    assert.ok(request?.body.endsWith(`,"data":${data}}`), request?.body)
  })
})
