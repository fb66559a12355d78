import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { readKeys, verifiedBy } from './harness/asymmetric.ts'
import type { AttachedCrm } from './harness/attached-crm.ts'
import { createAttachedCrm } from './harness/attached-crm.ts'
import { ENGINES } from './harness/databases.ts'
import type { ReceiverServer } from './harness/receiver-server.ts'
import { startReceiver } from './harness/receiver-server.ts'
import type { ServerSite } from './harness/server-process.ts'
import { createSite } from './harness/server-process.ts'

suite('public keys in the database of another CRM', { skip: !ENGINES.includes('postgresql') }, () => {
  let crm: AttachedCrm
  let site: ServerSite
  let receiver: ReceiverServer
  before(async () => {
    crm = await createAttachedCrm(process.env['TEST_DATABASE_URL']!)
    await crm.install()
    site = createSite(crm.url, { CRM_TABLES: 'false' })
    receiver = await startReceiver()
  })
  after(async () => {
    await receiver?.close()
    await site?.close()
    await crm?.close()
  })

  test('a webhook signs with a key of its organization, which only the CRM knows', async () => {
    const { api } = await site.start()
    await api.insert('webhook_configurations', {
      organization_id: crm.organizationId,
      name: 'Keys',
      url: `${receiver.url}/keys`,
      events: ['deal.created'],
      signature_type: 'ed25519',
    })
    await api.insert('webhook_events', {
      organization_id: crm.organizationId,
      event: 'deal.created',
      data: { id: 'd-1' },
    })
    const [request] = await receiver.received('/keys', 1)
    const [key] = await readKeys(api, crm.organizationId)
    assert.deepEqual(verifiedBy(key!.public_key, request!), [true])
  })
})
