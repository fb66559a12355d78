import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import type { ErrorBody } from './harness/api.ts'
import { createWebhook, onEachEngine } from './harness/on-each-engine.ts'

onEachEngine('validation of events and records', (stage) => {
  test('an event of an unknown type is refused with the nearest names', async () => {
    const { status, body } = await stage.server.api.request<ErrorBody>('POST', 'webhook_events', {
      organization_id: stage.organizationId,
      event: 'contact.create',
      data: {},
    })
    assert.equal(status, 400)
    assert.match(body.message, /contact\.created/)
  })

  for (const timestamp of [
    'infinity',
    '0044-03-15 BC',
    '10000-01-01T00:00:00Z',
    'yesterday',
    '2025-01-15',
    null,
  ]) {
    test(`an event with the timestamp ${timestamp} is refused, with an example of a valid one`, async () => {
      const { status, body } = await stage.server.api.request<ErrorBody>('POST', 'webhook_events', {
        organization_id: stage.organizationId,
        event: 'deal.created',
        data: {},
        timestamp,
      })
      assert.deepEqual([status, body.details], [400, 'timestamp'])
      assert.match(body.message, /2025-01-15T10:30:00Z/)
    })
  }

  test('an event can be posted again as an upsert', async () => {
    const event = {
      id: '0193f0a2-6c1b-7c3e-8f00-0000000000cc',
      organization_id: stage.organizationId,
      event: 'deal.created',
      data: {},
    }
    for (let time = 0; time < 2; time += 1) {
      const { status } = await stage.server.api.request('POST', 'webhook_events', event, {
        prefer: 'resolution=merge-duplicates',
      })
      assert.equal(status, 201)
    }
  })

  test('an event with a number that only json can represent can be filtered and ordered by text', async () => {
    const { api } = stage.server
    const event = `{"organization_id":"${stage.organizationId}","event":"deal.created","data":{"id":"huge","a":1e999999}}`
    assert.equal((await api.request('POST', 'webhook_events', event)).status, 201)
    assert.equal((await api.get('webhook_events?data->>id=eq.huge&order=data->>id&select=id')).length, 1)
  })

  test('the id of a record cannot be changed', async () => {
    const { id } = await stage.server.api.insert<{ id: string }>('contacts', {
      organization_id: stage.organizationId,
    })
    const { status, body } = await stage.server.api.request<ErrorBody>('PATCH', `contacts?id=eq.${id}`, {
      id: stage.organizationId,
    })
    assert.deepEqual([status, body.code], [400, 'PGRST204'])
  })

  test('a request that cannot be parsed gets 400', async () => {
    const { api } = stage.server
    const deep = `{"webhook_id":"${stage.organizationId}","data":${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}}`
    assert.equal((await api.request('POST', 'rpc/test_webhook', deep)).status, 400)
    assert.equal((await api.request('GET', 'contacts?select=custom_fields->>a%00b')).status, 400)
    assert.equal((await api.request<ErrorBody>('GET', '%FF')).status, 400)
  })

  test('a request whose URL and headers are too long gets 431 with an error body', async () => {
    const { hostname, port } = new URL(stage.server.url)
    const socket = connect(Number(port), hostname)
    // The connection is closed before all of it is sent.
    socket.on('error', () => {})
    socket.write(`GET /rest/v1/contacts?x=${'x'.repeat(100_000)} HTTP/1.1\r\nhost: x\r\n\r\n`)
    const [head = '', body = ''] = (await text(socket)).split('\r\n\r\n')
    assert.match(head, /^HTTP\/1\.1 431 /)
    const error = JSON.parse(body) as ErrorBody
    assert.deepEqual(
      [error.code, error.details, error.hint],
      ['54000', null, 'Send or ask for less at once.'],
    )
  })

  test('concurrent posts with the same id create one event and one delivery', async () => {
    const { id, path } = await createWebhook(stage, { events: ['conversation.created'] })
    const event = {
      id: '0193f0a2-6c1b-7c3e-8f00-0000000000aa',
      organization_id: stage.organizationId,
      event: 'conversation.created',
      data: { subject: 'once' },
    }
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => stage.server.api.request('POST', 'webhook_events', event)),
    )
    assert.deepEqual([...new Set(answers.map(({ status }) => Math.floor(status / 100)))], [2])
    await stage.server.api.rows(`webhook_deliveries?webhook_id=${id}&status=delivered`, 1)
    assert.equal((await stage.receiver.received(path, 1))[0]?.headers['x-webhook-id'], event.id)
    assert.equal((await stage.server.api.get(`webhook_events?id=eq.${event.id}`)).length, 1)
    assert.equal((await stage.server.api.get(`webhook_deliveries?webhook_id=${id}`)).length, 1)
  })
})
