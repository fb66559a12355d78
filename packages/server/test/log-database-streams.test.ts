import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { attachMap } from './harness/attached.ts'
import { EVERY_ENGINE } from './harness/databases.ts'
import type { ApartDatabases } from './harness/log-database.ts'
import { createApart, PEOPLE_MAP } from './harness/log-database.ts'
import type { NatsCluster } from './harness/nats-cluster.ts'
import { natsMissing, startNats } from './harness/nats-cluster.ts'
import type { ReceiverServer } from './harness/receiver-server.ts'
import { startReceiver } from './harness/receiver-server.ts'
import type { ServerProcess, ServerSite } from './harness/server-process.ts'
import { createSite } from './harness/server-process.ts'
import { until } from './harness/until.ts'

const skip = EVERY_ENGINE.includes('postgresql') ? natsMissing : 'needs PostgreSQL'

suite('a log database apart from that of the CRM, with streams between them', { skip }, () => {
  let nats: NatsCluster
  let apart: ApartDatabases
  let site: ServerSite
  let server: ServerProcess
  let receiver: ReceiverServer
  let organizationId: string

  before(async () => {
    nats = await startNats()
    apart = await createApart()
    receiver = await startReceiver()
    await apart.crm.execute(`
      create table public.accounts (id int primary key, label text);
      insert into accounts values (1, 'Acme');
      create table public.people (id int primary key, account_id int, name text, changed_at timestamptz default now());`)
    site = createSite(apart.crmUrl, {
      CRM_TABLES: 'false',
      LOG_DATABASE_URL: apart.logUrl,
      NATS_URL: nats.url,
      NATS_PARTITIONS: '4',
    })
    server = await site.start()
    await attachMap(apart.crm, PEOPLE_MAP)
    const [organization] = await server.api.rows<{ id: string }>('organizations', 1)
    organizationId = organization!.id
  })
  after(async () => {
    await site.close()
    await receiver.close()
    await apart.close()
    await nats.stop()
  })

  async function createWebhook(path: string, fields: object): Promise<string> {
    const row = {
      organization_id: organizationId,
      name: path,
      url: new URL(path, receiver.url).href,
      ...fields,
    }
    return (await server.api.insert<{ id: string }>('webhook_configurations', row)).id
  }

  const count = async (table: string): Promise<number> =>
    (await apart.crm.query<{ count: number }>(`select count(*) from ${table}`)).rows[0]!.count

  test("a change in the CRM's database is sent, and stored in the log database alone", async () => {
    const webhook = await createWebhook('/new', { events: ['contact.created'] })
    await apart.crm.query(`insert into people values (1, 1, 'Ada')`)
    const [request] = await receiver.received('/new', 1)
    assert.equal(request!.json.data['first_name'], 'Ada')
    await server.api.rows(`webhook_logs?webhook_id=eq.${webhook}&status=eq.success`, 1)
    await server.api.rows(`webhook_events?organization_id=eq.${organizationId}`, 1)
    assert.equal(await count('webhooks.webhook_deliveries'), 0)
    assert.equal(await count('webhooks_internal.attempts'), 0)
    await until('the outbox to be empty', async () => (await count('webhooks_internal.outbox')) === 0)
  })

  test('each record keeps its order while a node is killed and another takes over', async () => {
    const webhook = await createWebhook('/ordered', { events: ['contact.updated'], ordering: 'record' })
    const other = await site.start()
    const changes = 60
    for (let change = 1; change <= changes; change += 1) {
      await apart.crm.query(`update people set name = $1`, [String(change)])
      if (change === 20) await server.kill()
    }
    server = other
    await server.api.rows(
      `webhook_deliveries?webhook_id=eq.${webhook}&status=eq.delivered&select=id`,
      changes,
    )
    const names = (await receiver.received('/ordered', changes)).map(({ json }) =>
      Number(json.data['first_name']),
    )
    assert.deepEqual(
      names,
      names.toSorted((a, b) => a - b),
    )
    assert.equal(new Set(names).size, changes)
  })

  test("existing records of the CRM's database are sent, behind what is on its way", async () => {
    const webhook = await createWebhook('/existing', { events: ['contact.*'] })
    await apart.crm.query(
      `insert into people select n, 1, 'Person ' || n from generate_series(100, 149) as n`,
    )
    const { body } = await server.api.rpc<{ sync_id: string }>('send_existing', {
      webhook_id: webhook,
      record: 'contact',
    })
    await server.api.rows(`webhook_syncs?id=eq.${body.sync_id}&status=eq.done`, 1)
    const requests = await receiver.received('/existing', 101)
    const existing = requests.filter(({ headers }) => headers['x-webhook-trigger'] === 'sync')
    assert.equal(requests.length - existing.length, 50)
    assert.equal(new Set(existing.map(({ json }) => json.data['id'])).size, 51)
  })
})
