import assert from 'node:assert/strict'
import { test } from 'node:test'
import { verifyWebhook } from '@connectgain/webhooks-receiver'
import type { LogRow } from './harness/api.ts'
import { createWebhook, onEachEngine } from './harness/on-each-engine.ts'

onEachEngine('documented use cases', (stage) => {
  test('use case 1: an external CRM gets new and changed contacts', async () => {
    const { api } = stage.server
    const { path } = await createWebhook(stage, {
      name: 'CRM Sync',
      events: ['contact.created', 'contact.updated'],
      is_active: true,
    })
    const [webhook] = await api.get<{ id: string }>('webhook_configurations?name=eq.CRM%20Sync')
    assert.ok(webhook)

    const tested = await api.rpc<{ status: string }>('test_webhook', { webhook_id: webhook.id })
    assert.equal(tested.body.status, 'success')
    const [testLog] = await api.rows<LogRow>(`webhook_logs?webhook_id=${webhook.id}`, 1)
    assert.equal(testLog?.trigger, 'test')

    const contact = await api.insert<{ id: string }>('contacts', {
      organization_id: stage.organizationId,
      first_name: 'John',
      last_name: 'Doe',
    })
    await stage.receiver.received(path, 2)
    await api.patch(`contacts?id=eq.${contact.id}`, { company: 'Example Ltd' })
    const [, created, updated] = await stage.receiver.received(path, 3)
    assert.equal(created?.json.event, 'contact.created')
    assert.deepEqual(
      {
        id: created?.json.data['id'],
        first: created?.json.data['first_name'],
        last: created?.json.data['last_name'],
      },
      { id: contact.id, first: 'John', last: 'Doe' },
    )
    assert.equal(updated?.json.event, 'contact.updated')
    assert.deepEqual(updated?.json.previous, { company: null })
  })

  test('use case 2: an external system is notified when a deal moves to "Won"', async () => {
    const { api } = stage.server
    const secret = 'your-secret-key'
    const { id, path } = await createWebhook(stage, { events: ['deal.stage.changed'], secret })
    const tested = await api.rpc<{ response_code: number }>('test_webhook', { webhook_id: id })
    assert.equal(tested.body.response_code, 200)

    const deal = await api.insert<{ id: string }>('deals', {
      organization_id: stage.organizationId,
      title: 'Annual plan',
      stage: 'Negotiation',
      value: 1200,
    })
    await api.patch(`deals?id=eq.${deal.id}`, { stage: 'Won' })

    const [, request] = await stage.receiver.received(path, 2)
    assert.ok(request)
    const event = await verifyWebhook({ body: request.body, headers: request.headers, secret })
    assert.equal(event.event, 'deal.stage.changed')
    assert.equal(request.json.data['stage'], 'Won')
    assert.deepEqual(request.json.previous, { stage: 'Negotiation' })
    const logs = await api.rows<LogRow>(
      `webhook_logs?webhook_id=${id}&event=eq.deal.stage.changed&trigger=eq.event`,
      1,
    )
    assert.deepEqual(
      logs.map(({ status, response_code }) => ({ status, response_code })),
      [{ status: 'success', response_code: 200 }],
    )
  })

  test('use case 3: an external system is notified of a new message', async () => {
    const { api } = stage.server
    const secret = 'notification-secret'
    const { id, path } = await createWebhook(stage, { events: ['message.received'], secret })
    const data = {
      id: '5b0f7f0e-2d1e-4d44-9d5e-0b8a7f1c2d3e',
      direction: 'inbound',
      body: 'Olá 👋 — ¿qué tal? 你好',
    }
    await api.insert('webhook_events', {
      organization_id: stage.organizationId,
      event: 'message.received',
      data,
    })

    const [request] = await stage.receiver.received(path, 1)
    assert.ok(request)
    assert.deepEqual(request.json.data, data)
    await verifyWebhook({ body: request.body, headers: request.headers, secret })
    const [log] = await api.rows<LogRow>(`webhook_logs?webhook_id=${id}`, 1)
    assert.equal(log?.status, 'success')
    assert.equal(log?.request_body, request.body)
  })
})
