import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import type { LogRow } from './harness/api.ts'
import type { TestDatabase } from './harness/databases.ts'
import { ANY_ENGINE, createDatabase } from './harness/databases.ts'
import type { ReceiverServer } from './harness/receiver-server.ts'
import { startReceiver } from './harness/receiver-server.ts'
import type { ServerProcess, ServerSite } from './harness/server-process.ts'
import { createSite } from './harness/server-process.ts'
import { until } from './harness/until.ts'

const ORGANIZATION = '0190a000-0000-7000-8000-000000000001'

suite('what a request stands for', () => {
  let made: TestDatabase
  let site: ServerSite
  let server: ServerProcess
  let receiver: ReceiverServer
  before(async () => {
    made = await createDatabase(ANY_ENGINE)
    receiver = await startReceiver()
    site = createSite(made.url, { RETRY_SCHEDULE: '50ms,50ms' })
    server = await site.start()
    await server.api.insert('organizations', { id: ORGANIZATION, name: 'Acme' })
  })
  after(async () => {
    await receiver.close()
    await site.close()
    await made.drop()
  })

  const subscribe = async (path: string, more: object = {}): Promise<string> => {
    const webhook = {
      organization_id: ORGANIZATION,
      name: path,
      url: receiver.url + path,
      events: ['deal.created'],
      ...more,
    }
    return String((await server.api.insert('webhook_configurations', webhook))['id'])
  }
  const emit = async (): Promise<void> => {
    const event = { organization_id: ORGANIZATION, event: 'deal.created', data: {} }
    await server.api.request('POST', 'webhook_events', event)
  }
  const failed = async (webhookId: string): Promise<string> => {
    let id = ''
    await until('the delivery to fail', async () => {
      const failures = `webhook_deliveries?webhook_id=eq.${webhookId}&status=eq.failed`
      const rows = await server.api.get<{ id: string }>(failures)
      id = rows[0]?.id ?? ''
      return rows.length === 1
    })
    return id
  }
  /** As the requests say, which the log says too. */
  const triggers = async (
    path: string,
    webhookId: string,
    count: number,
  ): Promise<(string | undefined)[]> => {
    const requests = await receiver.received(path, count)
    const log = await server.api.rows<LogRow>(
      `webhook_logs?webhook_id=eq.${webhookId}&order=created_at`,
      count,
    )
    const said = requests.map(({ headers }) => headers['x-webhook-trigger'])
    assert.deepEqual(
      log.map(({ trigger }) => trigger),
      said,
    )
    return said
  }

  test('a first attempt, a scheduled retry and a manual retry are told apart', async () => {
    const id = await subscribe('/one')
    receiver.reply('/one', 500, 500, 500, 200)
    await emit()
    await server.api.rpc('retry_delivery', { delivery_id: await failed(id) })
    assert.deepEqual(await triggers('/one', id, 4), ['event', 'retry', 'retry', 'manual'])
    await server.api.patch(`webhook_configurations?id=eq.${id}`, { is_active: false })
  })

  test('a bulk retry is manual, and its scheduled retries are retries', async () => {
    const id = await subscribe('/bulk')
    receiver.reply('/bulk', 410)
    await emit()
    await failed(id)
    receiver.reply('/bulk', 500, 200)
    await server.api.patch(`webhook_configurations?id=eq.${id}`, { is_active: true })
    await server.api.rpc('retry_failed', { webhook_id: id })
    assert.deepEqual(await triggers('/bulk', id, 3), ['event', 'manual', 'retry'])
    await server.api.patch(`webhook_configurations?id=eq.${id}`, { is_active: false })
  })

  test('a replay is one with all of its scheduled retries', async () => {
    const id = await subscribe('/replayed', { is_active: false })
    receiver.reply('/replayed', 500, 200)
    await emit()
    await until('the event to be skipped', async () => {
      const skips = await server.api.get(`webhook_skips?webhook_id=eq.${id}`)
      return skips.length > 0
    })
    await server.api.patch(`webhook_configurations?id=eq.${id}`, { is_active: true })
    await server.api.rpc('replay_events', {
      webhook_id: id,
      since: new Date(Date.now() - 600_000).toISOString(),
    })
    // Three events, the first of which is retried.
    assert.deepEqual(await triggers('/replayed', id, 4), ['replay', 'replay', 'replay', 'replay'])
    await server.api.patch(`webhook_configurations?id=eq.${id}`, { is_active: false })
  })

  test('a test is a test', async () => {
    const id = await subscribe('/tested')
    await server.api.rpc('test_webhook', { webhook_id: id })
    assert.deepEqual(await triggers('/tested', id, 1), ['test'])
  })
})
