import assert from 'node:assert/strict'
import { test } from 'node:test'
import { WebhookVerificationError, verifyWebhook } from '@connectgain/webhooks-receiver'
import type { LogRow } from './harness/api.ts'
import { createWebhook, onEachEngine } from './harness/on-each-engine.ts'

onEachEngine('documented test cases', (stage) => {
  test('test case 1: a created webhook appears in the list as configured', async () => {
    const { api } = stage.server
    const created = await api.request('POST', 'webhook_configurations', {
      organization_id: stage.organizationId,
      name: 'CRM Sync',
      url: 'https://crm.example.com/webhook',
      events: ['contact.created', 'contact.updated'],
      secret: 'your-secret-key',
      is_active: true,
    })
    assert.equal(created.status, 201)

    const listed = await api.get(
      `webhook_configurations?organization_id=${stage.organizationId}&is_active=true&name=eq.CRM%20Sync`,
    )
    assert.equal(listed.length, 1)
    const [webhook] = listed
    assert.equal(webhook?.['url'], 'https://crm.example.com/webhook')
    assert.deepEqual(webhook['events'], ['contact.created', 'contact.updated'])
    assert.equal(webhook['has_secret'], true)
    assert.equal('secret' in webhook, false)
    await api.request('DELETE', `webhook_configurations?id=eq.${String(webhook['id'])}`)
  })

  test('test case 2: testing a webhook sends a payload and returns the response', async () => {
    const { api } = stage.server
    const { id, path } = await createWebhook(stage, {
      events: ['deal.*'],
      is_active: false,
      secret: 'your-secret-key',
    })
    stage.receiver.reply(path, (response) => response.writeHead(202, { 'x-trace': 'abc' }).end('queued'))
    const { status, body } = await api.rpc<{
      status: string
      response_code: number
      response_body: string
      log_id: string
      request: { headers: Record<string, string>; body: string }
    }>('test_webhook', { webhook_id: id, event: 'deal.created', data: { id: 'd-1', title: 'From the test' } })

    assert.equal(status, 200)
    assert.deepEqual([body.status, body.response_code, body.response_body], ['success', 202, 'queued'])
    const [request] = await stage.receiver.received(path, 1)
    assert.equal(request?.body, body.request.body)
    assert.deepEqual(request?.json.data, { id: 'd-1', title: 'From the test' })
    assert.equal(request?.headers['x-webhook-signature'], body.request.headers['X-Webhook-Signature'])
    const [log] = await api.get<LogRow>(`webhook_logs?id=eq.${body.log_id}`)
    assert.deepEqual(
      [log?.trigger, log?.response_code, log?.response_headers?.['x-trace']],
      ['test', 202, 'abc'],
    )
  })

  test('test case 3: a new contact triggers contact.created with the right payload and type', async () => {
    const { api } = stage.server
    const { id, path } = await createWebhook(stage, { events: ['contact.created'] })
    const contact = await api.insert<Record<string, unknown>>('contacts', {
      organization_id: stage.organizationId,
      first_name: 'Ada',
      email: 'ada@example.com',
    })
    const [request] = await stage.receiver.received(path, 1)
    assert.deepEqual(Object.keys(request?.json ?? {}), ['event', 'timestamp', 'data'])
    assert.equal(request?.json.event, 'contact.created')
    assert.equal(request?.headers['x-webhook-event'], 'contact.created')
    assert.deepEqual(request?.json.data, contact)
    const [log] = await api.rows<LogRow>(`webhook_logs?webhook_id=${id}`, 1)
    assert.deepEqual([log?.event, log?.status], ['contact.created', 'success'])
  })

  test('test case 4: the HMAC signature verifies with the secret and fails with another', async () => {
    const { path } = await createWebhook(stage, { events: ['contact.created'], secret: 'your-secret-key' })
    await stage.server.api.insert('contacts', { organization_id: stage.organizationId, first_name: 'Grace' })
    const [request] = await stage.receiver.received(path, 1)
    assert.ok(request)
    const { body, headers } = request
    const event = await verifyWebhook({ body, headers, secret: 'your-secret-key' })
    assert.equal(event.event, 'contact.created')
    await assert.rejects(verifyWebhook({ body, headers, secret: 'not-the-secret' }), WebhookVerificationError)
    const onlyOurs = {
      'x-webhook-signature': headers['x-webhook-signature'],
      'x-webhook-timestamp': headers['x-webhook-timestamp'],
    }
    await verifyWebhook({ body, headers: onlyOurs, secret: 'your-secret-key' })
    await assert.rejects(
      verifyWebhook({ body: `${body} `, headers: onlyOurs, secret: 'your-secret-key' }),
      WebhookVerificationError,
    )
  })

  test('test case 5: every attempt is logged with its code, time and error', async () => {
    const { api } = stage.server
    const { id, path } = await createWebhook(stage, { events: ['deal.created'] })
    stage.receiver.reply(path, 200, 500, 404, 200)
    const before = Date.now()
    await api.insert('deals', { organization_id: stage.organizationId, title: 'first' })
    await api.rows(`webhook_logs?webhook_id=${id}`, 1)
    await api.insert('deals', { organization_id: stage.organizationId, title: 'second' })

    const logs = await api.rows<LogRow>(`webhook_logs?webhook_id=${id}&order=created_at`, 4)
    assert.deepEqual(
      logs.map((log) => [log.attempt, log.trigger, log.status, log.response_code, log.error_code]),
      [
        [1, 'event', 'success', 200, null],
        [1, 'event', 'failed', 500, 'server_error'],
        [2, 'retry', 'failed', 404, 'client_error'],
        [3, 'retry', 'success', 200, null],
      ],
    )
    for (const log of logs) {
      assert.ok(
        Date.parse(log.created_at) >= before && Date.parse(log.created_at) <= Date.now(),
        log.created_at,
      )
      assert.equal(log.error_message === null, log.status === 'success')
    }
    const failed = await api.get<LogRow>(`webhook_logs?webhook_id=${id}&status=failed`)
    assert.equal(failed.length, 2)
    const today = new Date().toISOString().slice(0, 10)
    assert.equal((await api.get(`webhook_logs?webhook_id=${id}&created_at=${today}`)).length, 4)
    assert.equal((await api.get(`webhook_logs?webhook_id=${id}&created_at=2020-01-01`)).length, 0)
  })
})
