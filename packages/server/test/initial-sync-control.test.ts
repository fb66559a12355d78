import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { test } from 'node:test'
import type { ErrorBody } from './harness/api.ts'
import { createContacts, readSync, startSync, untilStatus } from './harness/existing-records.ts'
import { createWebhook, onEachEngine } from './harness/on-each-engine.ts'
import { until } from './harness/until.ts'

onEachEngine(
  'control of an initial sync',
  (stage) => {
    test('a sync is paused, resumed and cancelled', async () => {
      const { organizationId } = await createContacts(stage, 600)
      const { id, path } = await createWebhook(stage, { organization_id: organizationId, max_in_flight: 1 })
      const held: ServerResponse[] = []
      let isHeld = true
      stage.receiver.reply(path, (response) => {
        if (isHeld) held.push(response)
        else response.writeHead(200).end()
      })
      const { sync_id } = await startSync(stage, { webhook_id: id, record: 'contact' })
      await stage.receiver.received(path, 1)
      const set = async (status: string): Promise<void> =>
        await stage.server.api.patch(`webhook_syncs?id=eq.${sync_id}`, { status })
      await set('paused')
      isHeld = false
      held[0]!.writeHead(200).end()
      // What was read is sent, and no more is read.
      await until('what was read to be sent', async () => {
        const open = await stage.server.api.get(`webhook_deliveries?webhook_id=eq.${id}&completed_at=is.null`)
        return open.length === 0
      })
      const paused = await readSync(stage, sync_id!)
      assert.equal(paused.status, 'paused')
      isHeld = true
      await set('running')
      await until('the next record', () => held.length > 1)
      await set('cancelled')
      await stage.server.api.rows(
        `webhook_deliveries?webhook_id=eq.${id}&reason=eq.sync%20cancelled&limit=1`,
        1,
      )
      held.at(-1)!.writeHead(200).end()
      isHeld = false
      const left = async (): Promise<number> =>
        (await stage.server.api.get(`webhook_deliveries?webhook_id=eq.${id}&completed_at=is.null`)).length
      await until('nothing to be left', async () => (await left()) === 0)
      const ended = await readSync(stage, sync_id!)
      assert.equal(ended.status, 'cancelled')
      assert.ok(ended.finished_at)
      const again = await stage.server.api.request<ErrorBody>('PATCH', `webhook_syncs?id=eq.${sync_id}`, {
        status: 'running',
      })
      assert.deepEqual([again.status, again.body.message], [409, 'the sync has ended: cancelled'])
    })

    test('one sync of a record runs at a time for a webhook', async () => {
      const { organizationId } = await createContacts(stage, 2)
      const { id, path } = await createWebhook(stage, { organization_id: organizationId })
      const held: ServerResponse[] = []
      stage.receiver.reply(path, (response) => void held.push(response), 200)
      const { sync_id } = await startSync(stage, { webhook_id: id, record: 'contact' })
      const { status, body } = await stage.server.api.request<ErrorBody>('POST', 'rpc/send_existing', {
        webhook_id: id,
        record: 'contact',
      })
      assert.deepEqual(
        [status, body.message],
        [409, 'existing records of this kind are already being sent: contact'],
      )
      await stage.receiver.received(path, 1)
      for (const response of held) response.writeHead(200).end()
      await untilStatus(stage, sync_id!, 'done')
    })

    test('a sync of records that the webhook does not subscribe to is refused with what to add', async () => {
      const { id } = await createWebhook(stage, { events: ['deal.updated'] })
      const { status, body } = await stage.server.api.request<ErrorBody>('POST', 'rpc/send_existing', {
        webhook_id: id,
        record: 'deal',
      })
      assert.deepEqual(
        [status, body.message],
        [400, 'record: the webhook does not subscribe to deal.created'],
      )
    })

    test('records of a sync are not replayed to other webhooks', async () => {
      const { organizationId } = await createContacts(stage, 4)
      const { id } = await createWebhook(stage, { organization_id: organizationId })
      const { sync_id } = await startSync(stage, { webhook_id: id, record: 'contact' })
      await untilStatus(stage, sync_id!, 'done')
      const { id: other } = await createWebhook(stage, { organization_id: organizationId })
      const { body } = await stage.server.api.rpc<{ matched: number }>('replay_events', {
        webhook_id: other,
        since: '2025-01-01T00:00:00Z',
        dry_run: true,
      })
      assert.equal(body.matched, 4, 'the events of the creation, and none of the sync')
    })
  },
  { settings: { RETRY_SCHEDULE: '1s,1s' } },
)
