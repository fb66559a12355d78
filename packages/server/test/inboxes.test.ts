import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import type { ErrorBody, LogRow, WebhookRow } from './harness/api.ts'
import { ENGINES } from './harness/databases.ts'
import { createWebhook, onEachEngine } from './harness/on-each-engine.ts'
import { until } from './harness/until.ts'

interface Inbox {
  id: string
  url: string
  response_status: number
  expires_at: string
}

interface Arrived {
  method: string
  headers: Record<string, string>
  body: string
  body_bytes: number
  signature: string
}

const SECRET = 'your-secret-key'

onEachEngine(
  'test inboxes',
  (stage) => {
    let inbox: Inbox
    before(async () => {
      inbox = await makeInbox()
    })

    const makeInbox = async (fields: object = {}, organization_id = stage.organizationId): Promise<Inbox> =>
      await stage.server.api.insert<Inbox>('webhook_inboxes', { organization_id, ...fields })
    const arrivedAt = (id: string, count = 1) =>
      stage.server.api.rows<Arrived>(
        `webhook_inbox_requests?inbox_id=eq.${id}&order=created_at.desc,id.desc`,
        count,
      )
    const hookTo = async (url: string, fields: object = {}) =>
      await stage.server.api.request<ErrorBody>('POST', 'webhook_configurations', {
        organization_id: stage.organizationId,
        name: 'Try',
        url,
        events: ['contact.created'],
        ...fields,
      })
    const emit = async (): Promise<void> =>
      void (await stage.server.api.insert('contacts', {
        organization_id: stage.organizationId,
        first_name: 'Ada',
      }))
    const refusal = ({ status, body }: { status: number; body: ErrorBody }) => [
      status,
      body.code,
      body.details,
    ]

    test('a new inbox has a URL on this server and expires after a day', () => {
      assert.equal(inbox.url, `${stage.server.url}/receive/${inbox.id}`)
      assert.equal(inbox.response_status, 200)
      assert.ok(Math.abs(Date.parse(inbox.expires_at) - Date.now() - 86_400_000) < 120_000)
    })

    test('an inbox shows a request with the result of its signature, and without secret header values', async () => {
      const { id } = await createWebhook(stage, {
        url: inbox.url,
        secret: SECRET,
        headers: { 'X-Api-Key': 'the-crm-key-of-the-customer' },
      })
      await emit()
      const [arrived] = await arrivedAt(inbox.id)
      assert.deepEqual([arrived?.method, arrived?.signature], ['POST', 'valid'])
      const body = JSON.parse(arrived!.body) as { event: string; data: { first_name: string } }
      assert.deepEqual([body.event, body.data.first_name], ['contact.created', 'Ada'])
      assert.equal(arrived!.body_bytes, Buffer.byteLength(arrived!.body))
      assert.equal(arrived!.headers['x-webhook-event'], 'contact.created')
      assert.ok(!JSON.stringify(arrived).includes('the-crm-key'))
      const [log] = await stage.server.api.rows<LogRow>(`webhook_logs?webhook_id=eq.${id}`, 1)
      assert.deepEqual([log?.status, log?.response_code], ['success', 200])
    })

    test('an inbox accepts the signature of a test request during a rotation of the secret', async () => {
      const own = await makeInbox()
      const { id } = await createWebhook(stage, { url: own.url, secret: SECRET, events: ['deal.created'] })
      await stage.server.api.rpc('rotate_webhook_secret', { webhook_id: id, secret: 'the-next-secret' })
      const { body } = await stage.server.api.rpc<{ status: string }>('test_webhook', { webhook_id: id })
      assert.equal(body.status, 'success')
      const [arrived] = await arrivedAt(own.id)
      assert.equal(arrived?.signature, 'valid')
      assert.equal(arrived?.headers['x-webhook-signature']?.split(', ').length, 2)
    })

    test('an inbox tells unsigned requests, invalid signatures and unknown senders apart', async () => {
      const own = await makeInbox()
      const send = async (headers: Record<string, string>): Promise<string> => {
        await fetch(own.url, { method: 'POST', headers, body: '{}' })
        return (await arrivedAt(own.id))[0]!.signature
      }
      const signed = { 'x-webhook-signature': `sha256=${'0'.repeat(64)}` }
      assert.equal(await send({}), 'unsigned')
      assert.equal(await send(signed), 'unknown')
      await createWebhook(stage, { url: own.url, secret: SECRET, events: ['deal.created'] })
      assert.equal(await send(signed), 'invalid')
    })

    test('an inbox accepts any method and body, and keeps 64 KiB of the body', async () => {
      const own = await makeInbox()
      const body = `\0é${'x'.repeat(100_000)}`
      assert.equal(
        (await fetch(own.url, { method: 'PUT', body, headers: { authorization: 'Basic x' } })).status,
        200,
      )
      assert.equal((await fetch(own.url)).status, 200)
      assert.equal((await fetch(own.url, { method: 'POST', body: new Uint8Array([0xff, 0xfe]) })).status, 200)
      const [post, get, put] = await arrivedAt(own.id, 3)
      assert.deepEqual([post?.body, post?.body_bytes], ['\uFFFD\uFFFD', 2])
      assert.deepEqual([get?.method, get?.body, get?.body_bytes], ['GET', '', 0])
      assert.deepEqual([put?.method, put?.body_bytes], ['PUT', Buffer.byteLength(body)])
      assert.equal(Buffer.byteLength(put!.body.replace('\uFFFD', '\0')), 64 * 1024)
      assert.ok(!put!.headers['authorization']!.includes('Basic'))
    })

    test('an inbox responds with its response_status, which is a number from 200 to 599', async () => {
      const own = await makeInbox({ response_status: 503 })
      assert.equal((await fetch(own.url, { method: 'POST' })).status, 503)
      await stage.server.api.patch(`webhook_inboxes?id=eq.${own.id}`, { response_status: 204 })
      assert.equal((await fetch(own.url, { method: 'POST' })).status, 204)
      for (const response_status of [199, 600, '200']) {
        const answer = await stage.server.api.request<ErrorBody>('POST', 'webhook_inboxes', {
          organization_id: stage.organizationId,
          response_status,
        })
        assert.deepEqual(refusal(answer), [400, '22023', 'response_status'])
      }
    })

    test('an inbox keeps its last 50 requests', async () => {
      const own = await makeInbox()
      for (let n = 0; n < 53; n += 1) await fetch(own.url, { method: 'POST', body: String(n) })
      const kept = await stage.server.api.get<Arrived>(
        `webhook_inbox_requests?inbox_id=eq.${own.id}&order=created_at.desc,id.desc`,
      )
      assert.equal(kept.length, 50)
      assert.deepEqual([kept[0]!.body, kept.at(-1)!.body], ['52', '3'])
    })

    test('a webhook may use the exact URL of an inbox and no other URL of this server or machine', async () => {
      const { url } = stage.server
      for (const wrong of [
        `${url}/rest/v1/organizations`,
        `${url}/health/live`,
        `${url}/receive/${inbox.id}/../../health/live`,
        `${url}/receive/${inbox.id}?x=1`,
        `${url}/receive/${inbox.id.toUpperCase()}`,
        inbox.url.replace('localhost', '127.0.0.1'),
        inbox.url.replace(/:\d+/, ':9'),
      ]) {
        assert.deepEqual(refusal(await hookTo(wrong)), [400, '22023', 'url'], wrong)
      }
    })

    test("a webhook cannot use another organization's inbox, and is disabled when its inbox is deleted", async () => {
      const other = await stage.server.api.insert<{ id: string }>('organizations', { name: 'Other' })
      assert.deepEqual(refusal(await hookTo(inbox.url, { organization_id: other.id })), [400, '22023', 'url'])
      const own = await makeInbox()
      const { id } = await createWebhook(stage, { url: own.url, events: ['contact.created'] })
      const { id: foreign } = await stage.server.api.insert<{ id: string }>('webhook_configurations', {
        organization_id: other.id,
        name: 'x',
        url: 'https://example.com/',
        events: ['*'],
      })
      const change = { url: own.url }
      const path = (webhook: string): string => `webhook_configurations?id=eq.${webhook}`
      assert.deepEqual(refusal(await stage.server.api.request<ErrorBody>('PATCH', path(foreign), change)), [
        400,
        '22023',
        'url',
      ])
      await stage.server.api.patch(path(id), change)
      await stage.server.api.request('DELETE', `webhook_inboxes?id=eq.${own.id}`)
      assert.deepEqual(refusal(await stage.server.api.request<ErrorBody>('PATCH', path(id), change)), [
        400,
        '22023',
        'url',
      ])
      assert.equal((await fetch(own.url, { method: 'POST' })).status, 410)
      await emit()
      const off = await until('the webhook to be disabled', async () => {
        const [webhook] = await stage.server.api.get<WebhookRow>(path(id))
        return webhook?.is_active === false ? webhook : undefined
      })
      assert.match(off.disabled_reason ?? '', /410/)
    })

    test('an organization has at most ten inboxes', async () => {
      const { id } = await stage.server.api.insert<{ id: string }>('organizations', { name: 'Crowded' })
      const rows = Array.from({ length: 10 }, () => ({ organization_id: id }))
      assert.equal((await stage.server.api.request('POST', 'webhook_inboxes', rows)).status, 201)
      const { status, body } = await stage.server.api.request<ErrorBody>('POST', 'webhook_inboxes', rows[0])
      assert.deepEqual([status, body.code], [409, '53400'])
    })
  },
  // Nothing but an inbox may use http:// or an address of this machine.
  { settings: { ALLOW_HTTP_URLS: 'false', EGRESS_ALLOW: '' } },
)

onEachEngine(
  'test inboxes with a separate worker',
  (stage) => {
    test('the network guard of a separate worker blocks the address of an inbox', async () => {
      const worker = await stage.site.start({ ROLE: 'worker' })
      const inbox = await stage.server.api.insert<Inbox>('webhook_inboxes', {
        organization_id: stage.organizationId,
      })
      const { id } = await createWebhook(stage, { url: inbox.url })
      await stage.server.api.insert('contacts', { organization_id: stage.organizationId })
      const [log] = await stage.server.api.rows<LogRow>(`webhook_logs?webhook_id=eq.${id}`, 1)
      assert.equal(log?.error_code, 'blocked_destination')
      // The node that serves the inbox can reach it.
      const { body } = await stage.server.api.rpc<{ status: string }>('test_webhook', { webhook_id: id })
      assert.equal(body.status, 'success')
      await worker.stop()
    })
  },
  {
    engines: ENGINES.filter((engine) => engine === 'postgresql'),
    settings: { ROLE: 'api', ALLOW_HTTP_URLS: 'false', EGRESS_ALLOW: '' },
  },
)
