import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openPostgres } from '../src/database/postgres.ts'
import { createDatabase, EVERY_ENGINE } from './harness/databases.ts'
import { HEAVY } from './harness/full-run.ts'
import { natsMissing, startNats } from './harness/nats-cluster.ts'
import { startReceiver } from './harness/receiver-server.ts'
import { createSite } from './harness/server-process.ts'
import { LONG, until } from './harness/until.ts'

const skip = EVERY_ENGINE.includes('postgresql') ? natsMissing || HEAVY.skip : 'needs PostgreSQL'
const DEALS = 3
/** Between two changes of a deal. */
const PAUSE_MS = 10
/** Changes that arrive before the next step. */
const PROGRESS = 60

test(
  'an installation moves to streams and back under load without a lost event, and each record keeps its order',
  { skip, ...LONG },
  async (context) => {
    const nats = await startNats()
    context.after(() => nats.stop())
    const receiver = await startReceiver()
    context.after(() => receiver.close())
    const database = await createDatabase('postgresql')
    context.after(() => database.drop())
    const site = createSite(database.url, { LOG_LEVEL: 'info', RETRY_SCHEDULE: '100ms,100ms,100ms,100ms' })
    context.after(() => site.close())
    const crm = openPostgres({ url: database.url!, poolSize: 2 })
    context.after(() => crm.close())
    const STREAMS = { NATS_URL: nats.url, NATS_PARTITIONS: '4' }

    const outbox = await site.start()
    const { id: organizationId } = await outbox.api.insert<{ id: string }>('organizations', { name: 'Acme' })
    await outbox.api.insert('webhook_configurations', {
      organization_id: organizationId,
      name: 'Ordered',
      url: new URL('/deals', receiver.url).href,
      events: ['deal.updated'],
      ordering: 'record',
    })
    const arrived = new Map<string, number[]>()
    let count = 0
    receiver.reply('/deals', (response, { json }) => {
      const { id, value } = json.data
      const isFailing = Math.random() < 0.03
      if (!isFailing) {
        arrived.set(String(id), [...(arrived.get(String(id)) ?? []), Number(value)])
        count += 1
      }
      response.writeHead(isFailing ? 503 : 200).end()
    })
    const { rows: deals } = await crm.query<{ id: string }>(
      `insert into public.deals (organization_id, title, value)
       select $1, 'Deal ' || n, 0 from generate_series(1, ${DEALS}) as n returning id`,
      [organizationId],
    )
    let changes = 0
    const over = new AbortController()
    const writing = (async () => {
      while (!over.signal.aborted) {
        await crm.query('update public.deals set value = value + 1')
        changes += 1
        await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
      }
    })()
    context.after(() => over.abort())
    const progress = async (): Promise<void> => {
      const wanted = count + PROGRESS
      await until('changes to arrive', () => count >= wanted)
    }

    await progress()
    const onStreams = await site.start(STREAMS)
    await progress()
    await outbox.stop()
    await progress()

    const draining = await site.start({ ...STREAMS, NATS_DRAIN: 'true' })
    await onStreams.stop()
    await until('the streams to be empty', async () => await nats.isEmpty())
    const again = await site.start()
    await draining.stop()
    await progress()

    over.abort()
    await writing
    await until('all changes to arrive', () =>
      deals.every(({ id }) => new Set(arrived.get(id)).size === changes),
    )
    for (const { id } of deals) {
      const values = arrived.get(id)!
      assert.deepEqual(
        values,
        values.toSorted((a, b) => a - b),
      )
    }
    assert.equal(await again.stop(), 0)
  },
)
