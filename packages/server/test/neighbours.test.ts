import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createWebhook, onEachEngine } from './harness/on-each-engine.ts'

const BATCH = 1_000
/** The embedded database shares its thread with everything else. */
const WAITING = { pglite: 2_000, postgresql: 10_000 }

onEachEngine(
  'isolation of endpoints',
  (stage) => {
    test('a healthy endpoint gets its events while thousands wait for one that hangs', async () => {
      const hanging = await createWebhook(stage, { events: ['deal.updated'] })
      const healthy = await createWebhook(stage, { events: ['contact.updated'] })
      stage.receiver.reply(hanging.path, () => {})
      const event = { organization_id: stage.organizationId, event: 'deal.updated', data: {} }
      for (let sent = 0; sent < WAITING[stage.engine]; sent += BATCH) {
        const events = Array.from({ length: BATCH }, () => event)
        assert.equal((await stage.server.api.request('POST', 'webhook_events', events)).status, 201)
      }
      await stage.receiver.received(hanging.path, 1)
      for (let turn = 1; turn <= 5; turn += 1) {
        await stage.server.api.insert('webhook_events', { ...event, event: 'contact.updated' })
        await stage.receiver.received(healthy.path, turn)
      }
      const over = await stage.server.api.get(
        `webhook_deliveries?webhook_id=${hanging.id}&status=neq.pending&limit=1`,
      )
      assert.deepEqual(over, [])
    })
  },
  { settings: { DELIVERY_TIMEOUT: '60s' } },
)
