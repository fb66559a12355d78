import type { Pool, PoolClient } from 'pg'
import { Pool as PostgresPool } from 'pg'
import { newId } from '../../../packages/server/src/domain/ids.ts'
import { insertWebhooks, openMigrated } from '../backlog.ts'
import type { Bench } from '../bench.ts'
import { EMIT_BATCH, EMIT_CONCURRENCY } from '../contestant.ts'
import type { Endpoint, LoadEvent } from '../load.ts'
import { createEndpoints, createEvents, forEachConcurrently, inBatches } from '../load.ts'
import { CpuMeter } from '../machine/cpu.ts'
import { toJson } from '../publishing.ts'
import { withTemporaryDatabase } from '../temporary-database.ts'

/** CPU is in seconds for 1,000 deliveries. */
export interface LimitRun {
  cpu: number | undefined
  rate: number
  peakMiB: number | undefined
}

const INSERT_EVENTS = {
  name: 'events',
  text: `insert into webhooks.webhook_events (id, organization_id, event, data)
    select id, organization_id, event, data
    from json_to_recordset($1::json) as e (id uuid, organization_id uuid, event text, data json)`,
}

const INSERT_DELIVERIES = {
  name: 'deliveries',
  text: `insert into webhooks.webhook_deliveries
      (id, organization_id, webhook_id, event_id, event, status, attempts, last_response_code, completed_at, record_id)
    select id, $2, $3, event_id, 'contact.created', 'delivered', 1, 200, now(), event_id::text
    from unnest($1::uuid[], $4::uuid[]) as d (id, event_id)`,
}

const INSERT_ATTEMPTS = {
  name: 'attempts',
  text: `insert into webhooks_internal.attempts (id, organization_id, webhook_id, delivery_id, event_id, event, url, status,
      attempt, trigger, response_code, duration_ms, request_headers, response_headers, response_body, created_at)
    select id, $2, $3, delivery_id, event_id, 'contact.created', $6, 'success', 1, 'event', 200, 3, $7, $8, 'ok', now()
    from unnest($1::uuid[], $4::uuid[], $5::uuid[]) as a (id, delivery_id, event_id)`,
}

const DELETE_OUTBOX = {
  name: 'outbox',
  text: `delete from webhooks_internal.outbox where id = any (array(
    select id from webhooks_internal.outbox order by id for update skip locked limit $1::integer))`,
}

const REQUEST_HEADERS = `{"User-Agent":"ConnectGain-Webhooks","X-Webhook-Signature":"sha256=${'0'.repeat(64)}"}`
const RESPONSE_HEADERS = '{"content-type":"text/plain","content-length":"2"}'

/**
 * Measures what PostgreSQL needs for the rows that a delivery leaves, written once, with nothing sent and nothing decided:
 * the event with its outbox row; then the delivery, its attempt, and the end of the outbox row.
 */
export async function measureRows(bench: Bench, deliveries: number): Promise<LimitRun> {
  let result: LimitRun | undefined
  await withTemporaryDatabase(bench.postgres, 'postgresql', async (at) => {
    if (!('url' in at)) return
    const endpoints = createEndpoints(1, 'http://127.0.0.1:4601')
    await prepareDatabase(at, endpoints)
    const pool = new PostgresPool({ connectionString: at.url, max: EMIT_CONCURRENCY })
    try {
      const [endpoint] = endpoints
      if (endpoint === undefined) return
      await writeAll(pool, endpoint, EMIT_BATCH * 4)()
      const write = writeAll(pool, endpoint, deliveries)
      const cpu = new CpuMeter({ postgres: bench.postgres.postmaster })
      const started = performance.now()
      await write()
      const seconds = (performance.now() - started) / 1_000
      const { postgres } = cpu.used()
      result = {
        cpu: postgres === undefined ? undefined : (postgres / deliveries) * 1_000,
        rate: deliveries / seconds,
        peakMiB: undefined,
      }
    } finally {
      await pool.end()
    }
  })
  if (result === undefined) throw new Error('nothing was measured')
  return result
}

async function prepareDatabase(at: { url: string }, endpoints: readonly Endpoint[]): Promise<void> {
  const database = await openMigrated(at)
  try {
    await insertWebhooks(database, endpoints)
  } finally {
    await database.close()
  }
}

function writeAll(pool: Pool, endpoint: Endpoint, deliveries: number): () => Promise<void> {
  const batches = inBatches(createEvents(deliveries, [endpoint]), EMIT_BATCH).map((events) => ({
    events,
    json: toJson(events),
  }))
  return () =>
    forEachConcurrently(batches, EMIT_CONCURRENCY, async ({ events, json }) => {
      await pool.query({ ...INSERT_EVENTS, values: [json] })
      const client = await pool.connect()
      try {
        await client.query('begin')
        await record(client, endpoint, events)
        await client.query('commit')
      } finally {
        client.release()
      }
    })
}

async function record(
  client: PoolClient,
  { organizationId, id: webhookId, url }: Endpoint,
  events: readonly LoadEvent[],
): Promise<void> {
  const eventIds = events.map(({ id }) => id)
  const deliveryIds = events.map(() => newId())
  const attemptIds = events.map(() => newId())
  await client.query({ ...INSERT_DELIVERIES, values: [deliveryIds, organizationId, webhookId, eventIds] })
  await client.query({
    ...INSERT_ATTEMPTS,
    values: [
      attemptIds,
      organizationId,
      webhookId,
      deliveryIds,
      eventIds,
      url,
      REQUEST_HEADERS,
      RESPONSE_HEADERS,
    ],
  })
  await client.query({ ...DELETE_OUTBOX, values: [events.length] })
}
