import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { createDatabase, EVERY_ENGINE } from './harness/databases.ts'
import type { NatsCluster } from './harness/nats-cluster.ts'
import { natsMissing, startNats } from './harness/nats-cluster.ts'
import type { Stage } from './harness/on-each-engine.ts'
import { createWebhook } from './harness/on-each-engine.ts'
import { startReceiver } from './harness/receiver-server.ts'
import { createSite } from './harness/server-process.ts'

const skip = EVERY_ENGINE.includes('postgresql') ? natsMissing : 'needs PostgreSQL'

suite('events from streams', { skip }, () => {
  const stage = { engine: 'postgresql' } as Stage
  let nats: NatsCluster
  let drop: () => Promise<void>

  before(async () => {
    nats = await startNats()
    const database = await createDatabase('postgresql')
    drop = database.drop
    stage.site = createSite(database.url, { NATS_URL: nats.url, NATS_PARTITIONS: '4' })
    stage.server = await stage.site.start()
    stage.receiver = await startReceiver()
    const organization = await stage.server.api.insert<{ id: string }>('organizations', { name: 'Acme' })
    stage.organizationId = organization.id
  })
  after(async () => {
    await stage.receiver.close()
    await stage.site.close()
    await drop()
    await nats.stop()
  })

  test('a change in the CRM and a posted event arrive, and are logged', async () => {
    const { id, path } = await createWebhook(stage, { events: ['contact.created', 'deal.created'] })
    const { api } = stage.server
    await api.insert('contacts', { organization_id: stage.organizationId, first_name: 'Ada' })
    await api.request('POST', 'webhook_events', {
      organization_id: stage.organizationId,
      event: 'deal.created',
      data: { id: '7', value: 12.5 },
    })
    await stage.receiver.received(path, 2)
    await api.rows(`webhook_deliveries?webhook_id=eq.${id}&status=eq.delivered`, 2)
    await api.rows(`webhook_logs?webhook_id=eq.${id}&status=eq.success`, 2)
    await api.rows(`webhook_events?organization_id=eq.${stage.organizationId}`, 2)
  })
})
