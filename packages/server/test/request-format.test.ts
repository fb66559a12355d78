import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { LogRow } from './harness/api.ts'
import { createWebhook, onEachEngine } from './harness/on-each-engine.ts'

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
const ISO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/

onEachEngine('requests to endpoints', (stage) => {
  test('a request has the documented headers, and no signature without a secret', async () => {
    const { path } = await createWebhook(stage, { events: ['message.sent'] })
    await emit('message.sent', { id: 'm-1' })
    const [request] = await stage.receiver.received(path, 1)
    assert.ok(request)
    const { headers } = request
    assert.equal(request.method, 'POST')
    assert.equal(headers['content-type'], 'application/json')
    assert.match(headers['user-agent'] ?? '', /^ConnectGain-Webhooks\/\d+\.\d+\.\d+$/)
    assert.equal(headers['x-webhook-event'], 'message.sent')
    assert.match(headers['x-webhook-timestamp'] ?? '', ISO_TIME)
    assert.match(headers['x-webhook-id'] ?? '', UUID)
    assert.match(headers['x-webhook-delivery'] ?? '', UUID)
    assert.equal(headers['x-webhook-attempt'], '1')
    for (const name of ['x-webhook-signature', 'webhook-id', 'webhook-timestamp', 'webhook-signature']) {
      assert.equal(name in headers, false, name)
    }
  })

  test('a request of a webhook with a secret has both kinds of signature, for the same time and id', async () => {
    const { path } = await createWebhook(stage, { events: ['message.delivered'], secret: 'your-secret-key' })
    await emit('message.delivered', { id: 'm-1' })
    const [request] = await stage.receiver.received(path, 1)
    assert.ok(request)
    const { headers } = request
    assert.match(headers['x-webhook-signature'] ?? '', /^sha256=[0-9a-f]{64}$/)
    assert.match(headers['webhook-signature'] ?? '', /^v1,[A-Za-z0-9+/]{43}=$/)
    assert.equal(headers['webhook-id'], headers['x-webhook-id'])
    assert.equal(
      Number(headers['webhook-timestamp']),
      Math.floor(Date.parse(headers['x-webhook-timestamp'] ?? '') / 1_000),
    )
  })

  test('the log shows the headers that were sent, of which it stores only some', async () => {
    const { id, path } = await createWebhook(stage, { events: ['message.read'], secret: 'your-secret-key' })
    await emit('message.read', { id: 'm-1' })
    const [request] = await stage.receiver.received(path, 1)
    const [log] = await stage.server.api.rows<LogRow>(`webhook_logs?webhook_id=${id}`, 1)
    const logged = Object.entries(log?.request_headers ?? {}).map(([name, value]) => [
      name.toLowerCase(),
      value,
    ])
    const ofTheConnection = ['host', 'connection', 'content-length']
    const sent = Object.entries(request?.headers ?? {}).filter(([name]) => !ofTheConnection.includes(name))
    assert.deepEqual(Object.fromEntries(logged), Object.fromEntries(sent))
  })

  test('data and previous are sent with the key order and numbers that they were given with', async () => {
    const { path } = await createWebhook(stage, { events: ['deal.assigned'] })
    const raw = `{"organization_id":"${stage.organizationId}","event":"deal.assigned","timestamp":"2025-01-15T10:30:00Z","data":{"z":1,"a":12345678901234567890,"amount":10.50},"previous":{"assigned_to":null}}`
    const { status } = await stage.server.api.request('POST', 'webhook_events', raw)
    assert.equal(status, 201)
    const [request] = await stage.receiver.received(path, 1)
    assert.equal(
      request?.body,
      '{"event":"deal.assigned","timestamp":"2025-01-15T10:30:00.000Z","data":{"z":1,"a":12345678901234567890,"amount":10.50},"previous":{"assigned_to":null}}',
    )
  })

  test("a request has the webhook's own headers, which the log and the webhook show masked", async () => {
    const headers = { Authorization: 'Bearer receiver-token', 'X-Tenant': 'acme' }
    const { id, path } = await createWebhook(stage, { events: ['message.read'], headers })
    await emit('message.read', { id: 'm-1' })
    const [request] = await stage.receiver.received(path, 1)
    assert.deepEqual(
      [request?.headers['authorization'], request?.headers['x-tenant']],
      ['Bearer receiver-token', 'acme'],
    )
    const [log] = await stage.server.api.rows<LogRow>(`webhook_logs?webhook_id=${id}`, 1)
    assert.equal(JSON.stringify(log).includes('receiver-token'), false)
    const [webhook] = await stage.server.api.get(`webhook_configurations?id=eq.${id}`)
    assert.deepEqual(Object.keys(webhook?.['headers'] as object), ['X-Tenant', 'Authorization'])
    assert.equal(JSON.stringify(webhook).includes('receiver-token'), false)
  })

  test('a retry goes to the new URL of a webhook that changes between two attempts', async () => {
    const { id, path } = await createWebhook(stage, { events: ['message.failed'] })
    stage.receiver.reply(path, (response) => {
      void stage.server.api
        .patch(`webhook_configurations?id=eq.${id}`, { url: new URL('/moved', stage.receiver.url).href })
        .then(() => response.writeHead(500).end())
    })
    await emit('message.failed', { id: 'm-1' })
    const [moved] = await stage.receiver.received('/moved', 1)
    assert.equal(moved?.headers['x-webhook-attempt'], '2')
  })

  test('a 410 from the old URL does not disable a webhook that has a new URL', async () => {
    const { api } = stage.server
    const { id, path } = await createWebhook(stage, { events: ['conversation.created'] })
    stage.receiver.reply(path, (response) => {
      void api
        .patch(`webhook_configurations?id=eq.${id}`, { url: new URL('/moved-away', stage.receiver.url).href })
        .then(() => response.writeHead(410).end())
    })
    await emit('conversation.created', { id: 'c-1' })
    await api.rows(`webhook_logs?webhook_id=${id}&response_code=eq.410`, 1)
    assert.equal((await api.get(`webhook_configurations?id=eq.${id}&is_active=true`)).length, 1)
  })

  test('an event goes to webhooks with a matching wildcard and to no others', async () => {
    const all = await createWebhook(stage, { events: ['*'] })
    const meetings = await createWebhook(stage, { events: ['zoom.*'] })
    const deals = await createWebhook(stage, { events: ['deal.*'] })
    await emit('zoom.recording.completed', { id: 'z-1' })
    await emit('broadcast.response', { id: 'b-1' })
    assert.deepEqual((await stage.receiver.received(all.path, 2)).map(({ json }) => json.event).sort(), [
      'broadcast.response',
      'zoom.recording.completed',
    ])
    assert.equal((await stage.receiver.received(meetings.path, 1)).length, 1)
    assert.equal((await stage.receiver.received(deals.path, 0)).length, 0)
    await stage.server.api.patch(`webhook_configurations?id=eq.${all.id}`, { is_active: false })
  })

  async function emit(event: string, data: object): Promise<void> {
    await stage.server.api.insert('webhook_events', { organization_id: stage.organizationId, event, data })
  }
})
