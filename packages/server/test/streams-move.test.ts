import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import type { Database } from '../src/database/database.ts'
import { openPostgres } from '../src/database/postgres.ts'
import { EVERY_ENGINE, createDatabase } from './harness/databases.ts'
import type { NatsCluster } from './harness/nats-cluster.ts'
import { natsMissing, startNats } from './harness/nats-cluster.ts'
import { createWebhook } from './harness/on-each-engine.ts'
import type { Stage } from './harness/on-each-engine.ts'
import { startReceiver } from './harness/receiver-server.ts'
import type { ReceivedRequest } from './harness/receiver-server.ts'
import { createSite } from './harness/server-process.ts'
import type { ServerProcess } from './harness/server-process.ts'
import { LONG, until } from './harness/until.ts'

const skip = EVERY_ENGINE.includes('postgresql') ? natsMissing : 'needs PostgreSQL'
const PARTITIONS = 4

/** docs/scaling.md, "Moving": an installation whose events wait in PostgreSQL lets them wait in NATS, and goes back. */
suite('moving to streams and back', { skip, ...LONG }, () => {
  const stage = { engine: 'postgresql' } as Stage
  let nats: NatsCluster
  let database: Database
  let close: () => Promise<void>
  /** The settings of a node that lets events wait in NATS. */
  let onStreams: Record<string, string>

  before(async () => {
    nats = await startNats()
    onStreams = { NATS_URL: nats.url, NATS_PARTITIONS: String(PARTITIONS) }
    const { url, drop } = await createDatabase('postgresql')
    database = openPostgres({ url: url!, poolSize: 2 })
    stage.site = createSite(url)
    stage.receiver = await startReceiver()
    stage.server = await stage.site.start()
    const organization = await stage.server.api.insert<{ id: string }>('organizations', { name: 'Acme' })
    stage.organizationId = organization.id
    close = async () => {
      await stage.receiver.close()
      await database.close()
      await stage.site.close()
      await drop()
      await nats.stop()
    }
  })
  after(async () => await close?.())

  const post = async (server: ServerProcess, id: string): Promise<void> => {
    const event = { organization_id: stage.organizationId, event: 'deal.created', data: { id } }
    const { status } = await server.api.request('POST', 'webhook_events', event)
    assert.equal(status, 201)
  }
  const metricOf = async (server: ServerProcess, name: string): Promise<number> => {
    const text = await (await fetch(`${server.url}/metrics`)).text()
    const values = [...text.matchAll(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'gm'))]
    return values.reduce((sum, [, value]) => sum + Number(value), 0)
  }
  const idsOf = (requests: readonly ReceivedRequest[]): string[] =>
    requests.map(({ json }) => String(json.data['id'])).toSorted((a, b) => a.localeCompare(b))

  test('nodes with and without NATS run on one database, and every event arrives once', async () => {
    const { path } = await createWebhook(stage, { events: ['deal.created'] })
    const old = stage.server
    const wanted: string[] = []
    const postTo = async (servers: readonly ServerProcess[], count: number): Promise<void> => {
      for (let at = 0; at < count; at++) {
        const id = `d-${String(wanted.length).padStart(4, '0')}`
        wanted.push(id)
        await post(servers[at % servers.length]!, id)
      }
    }
    await postTo([old], 20)
    const moved = await stage.site.start(onStreams)
    await postTo([old, moved], 60)
    await old.stop()
    await postTo([moved], 20)
    await stage.receiver.received(path, wanted.length)
    assert.ok((await metricOf(moved, 'connectgain_stream_published_total')) >= 50)
    assert.equal(await metricOf(moved, 'connectgain_partitions_owned'), PARTITIONS)

    stage.server = await stage.site.start()
    await postTo([stage.server, moved], 40)
    await until('empty streams', async () => (await metricOf(moved, 'connectgain_stream_messages')) === 0)
    await moved.stop()
    await postTo([stage.server], 20)
    const requests = await stage.receiver.received(path, wanted.length)
    assert.deepEqual(idsOf(requests), wanted)
  })

  test('with a short stop, the changes of a record arrive in their order', async () => {
    const { path } = await createWebhook(stage, { events: ['contact.updated'], ordering: 'record' })
    const { rows } = await database.query<{ id: string }>(
      `insert into contacts (organization_id, first_name) select $1, '0' from generate_series(1, 5) returning id`,
      [stage.organizationId],
    )
    let change = 0
    const changeAll = async (times: number): Promise<void> => {
      for (let at = 0; at < times; at++) {
        change += 1
        for (const { id } of rows)
          await database.query('update contacts set first_name = $1 where id = $2', [String(change), id])
      }
    }
    await changeAll(10)
    const [, stopped] = await Promise.all([changeAll(20), stage.server.stop()])
    assert.equal(stopped, 0)
    await changeAll(10)
    const worker = await stage.site.start(onStreams)
    await changeAll(10)
    const requests = await stage.receiver.received(path, change * rows.length)
    for (const { id } of rows) {
      const seen = requests
        .filter(({ json }) => json.data['id'] === id)
        .map(({ json }) => Number(json.data['first_name']))
      assert.deepEqual(
        seen,
        Array.from({ length: change }, (_, at) => at + 1),
      )
    }
    await worker.stop()
  })
})
