import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { createClient } from '@connectgain/webhooks-client'
import type { Client, Row, WebhooksError } from '@connectgain/webhooks-client'
import { createWebhook, onEachEngine } from './harness/on-each-engine.ts'
import { SERVICE_KEY } from './harness/server-process.ts'
import { startTcpProxy } from './harness/tcp-proxy.ts'
import { until } from './harness/until.ts'

type LogRow = Row<'webhook_logs'>

onEachEngine('client package', (stage) => {
  let client: Client
  before(() => {
    client = createClient({ url: stage.server.url, key: SERVICE_KEY })
  })

  const emit = async (data: Record<string, unknown> = {}): Promise<string> => {
    const event = { organization_id: stage.organizationId, event: 'contact.created', data }
    return (await client.events.emit(event)).id
  }

  async function findDelivery(eventId: string, status: string): Promise<Row<'webhook_deliveries'>> {
    const where = { event_id: eventId, status }
    return await until('the delivery', async () => (await client.deliveries.list({ where }).toArray())[0])
  }

  test('the client creates, reads, changes, disables, enables, lists, counts and deletes a webhook', async () => {
    const created = await client.webhooks.create({
      organization_id: stage.organizationId,
      name: 'From the client',
      url: `${stage.receiver.url}/life`,
      events: ['deal.*'],
      secret: 'generate',
    })
    assert.match(created.secret ?? '', /^whsec_/)
    const { id } = created
    assert.equal((await client.webhooks.update(id, { description: 'changed' })).description, 'changed')
    assert.equal((await client.webhooks.disable(id)).is_active, false)
    assert.equal((await client.webhooks.enable(id)).is_active, true)
    const where = { name: 'From the client' }
    assert.deepEqual(await client.webhooks.list({ where }).toArray(), [await client.webhooks.get(id)])
    assert.equal(await client.webhooks.count(where), 1)
    assert.equal((await client.webhooks.delete(id))?.id, id)
    assert.equal(await client.webhooks.delete(id), undefined)
    assert.equal(await client.webhooks.get(id), undefined)
    await assert.rejects(client.webhooks.enable(id), { code: 'not_found', status: 404 })
  })

  test('a refusal has codes for those who say it in another language', async () => {
    const url = 'ftp://files.example'
    const refused = client.webhooks.create({
      organization_id: stage.organizationId,
      name: 'No',
      url,
      events: ['deal.*'],
    })
    await assert.rejects(refused, ({ problems: [problem], advice }: WebhooksError) => {
      assert.deepEqual(problem, { field: 'url', code: 'url.httpsOrHttp', params: {} })
      assert.ok(advice === undefined || typeof advice.code === 'string')
      return true
    })
  })

  test('a webhook that is created twice with the same Idempotency-Key exists once', async () => {
    const webhook = {
      organization_id: stage.organizationId,
      name: 'Only one',
      url: `${stage.receiver.url}/once`,
      events: ['deal.*'],
      secret: 'generate',
    }
    const [one, other] = [
      await client.webhooks.create(webhook, { idempotencyKey: 'the-only-one' }),
      await client.webhooks.create(webhook, { idempotencyKey: 'the-only-one' }),
    ]
    assert.deepEqual(one, other)
    assert.equal(await client.webhooks.count({ name: 'Only one' }), 1)
    await client.webhooks.delete(one.id)
  })

  test('the client tests a webhook and rotates its secret', async () => {
    const { id, path } = await createWebhook(stage, { secret: 'the-first-secret' })
    const tested = await client.webhooks.test(id, { data: { id: 'c-1' } })
    assert.deepEqual([tested.status, tested.response_code], ['success', 200])
    assert.equal((await stage.receiver.received(path, 1))[0]?.headers['x-webhook-trigger'], 'test')
    const { secret, previous_secret_until } = await client.webhooks.rotateSecret(id, { overlap_hours: 1 })
    assert.match(secret, /^whsec_/)
    assert.ok(previous_secret_until)
    await client.webhooks.delete(id)
  })

  test('the client emits an event, retries its delivery, retries all failed ones, and replays', async () => {
    const { id, path } = await createWebhook(stage, {})
    stage.receiver.reply(path, 500)
    const since = new Date(Date.now() - 60_000).toISOString()
    const eventId = await emit({ id: 'c-2' })
    const failed = await findDelivery(eventId, 'failed')
    assert.equal((await client.deliveries.retry(failed.id)).response_code, 500)
    assert.equal((await client.webhooks.retryFailed(id, { dry_run: true })).matched, 1)
    stage.receiver.reply(path, 200)
    assert.equal((await client.webhooks.retryFailed(id)).queued, 1)
    await findDelivery(eventId, 'delivered')
    const replayed = await client.webhooks.replay(id, { since, dry_run: true })
    assert.equal(replayed.queued, 0)
    assert.ok((await client.logs.count({ webhook_id: id })) >= 5)
    await client.webhooks.delete(id)
  })

  test('an event that is emitted twice with the same id is one event', async () => {
    const id = crypto.randomUUID()
    const event = { id, organization_id: stage.organizationId, event: 'deal.created', data: { id: 'd' } }
    assert.deepEqual(
      [(await client.events.emit(event)).id, (await client.events.emitMany([event]))[0]?.id],
      [id, id],
    )
    assert.equal(await client.events.count({ id }), 1)
  })

  test('pages continue after the last row although rows are added in the meantime', async () => {
    const ids = []
    for (let n = 0; n < 5; n += 1) ids.push(await emit({ page: n }))
    const listed: string[] = []
    const where = { event: 'contact.created', id: ids }
    for await (const { id } of client.events.list({ where, pageSize: 2 })) {
      listed.push(id)
      await emit()
    }
    assert.deepEqual(listed, ids.toSorted().toReversed())
    const ordered = await client.events.list({ where, pageSize: 2, order: 'id', limit: 3 }).toArray()
    assert.deepEqual(
      ordered.map(({ id }) => id),
      ids.toSorted().slice(0, 3),
    )
  })

  test('a link to the settings page is created for one organization', async () => {
    const { url } = await client.createPortalSession({ organization_id: stage.organizationId })
    assert.match(url, /\/settings\/webhooks#token=/)
  })

  /** A client whose connections can be cut. */
  async function connectFar() {
    const proxy = await startTcpProxy(Number(new URL(stage.server.url).port))
    const far = { proxy, opened: 0, client }
    far.client = createClient({
      url: `http://127.0.0.1:${proxy.port}`,
      key: SERVICE_KEY,
      async fetch(...request) {
        const response = await fetch(...request)
        far.opened += 1
        return response
      },
    })
    return far
  }

  test('the live log shows each attempt once although its connection is cut, and ends with its signal', async () => {
    const { id } = await createWebhook(stage, {})
    const far = await connectFar()
    const stop = new AbortController()
    const rows: LogRow[] = []
    const follow = async (): Promise<void> => {
      const live = far.client.logs.live({ where: { webhook_id: id }, signal: stop.signal })
      for await (const row of live) rows.push(row)
    }
    const done = follow()
    await until('the stream', () => far.opened === 1)
    await client.webhooks.test(id)
    await until('the first row', () => rows.length === 1)
    far.proxy.cut()
    await client.webhooks.test(id)
    await client.webhooks.test(id)
    await until('the rows that were missed', () => rows.length === 3)
    far.proxy.cut()
    await client.webhooks.test(id)
    await until('the last row', () => rows.length === 4)
    const recorded = await client.logs.list({ where: { webhook_id: id } }).toArray()
    assert.deepEqual(new Set(rows.map((row) => row.id)), new Set(recorded.map((row) => row.id)))
    stop.abort()
    await done
    await until('the end of the connection', () => far.proxy.lines === 0)
    await far.proxy.close()
    await client.webhooks.delete(id)
  })

  test('the live log misses no attempt when its connection is cut before the first one', async () => {
    const { id } = await createWebhook(stage, {})
    const far = await connectFar()
    const live = far.client.logs.live({ where: { webhook_id: id } })
    const first = live.next()
    await until('the stream', () => far.opened === 1)
    far.proxy.cut()
    await client.webhooks.test(id)
    assert.equal(((await first).value as LogRow).webhook_id, id)
    await live.return()
    await until('the end of the connection', () => far.proxy.lines === 0)
    await far.proxy.close()
    await client.webhooks.delete(id)
  })

  test('the live log throws the refusal of a key that may not read it', async () => {
    const key = await client.table('api_keys').insert({
      organization_id: stage.organizationId,
      name: 'Only emits',
      scope: 'emit',
    })
    const emitter = createClient({ url: stage.server.url, key: key.key })
    await assert.rejects(emitter.logs.live().next(), { code: '42501', status: 403 })
    const event = { organization_id: stage.organizationId, event: 'deal.created', data: { id: 'd-2' } }
    assert.equal((await emitter.events.emit(event)).organization_id, stage.organizationId)
  })
})
