import { Pool } from 'pg'
import { Pool as HttpPool } from 'undici'
import { SERVICE_KEY } from '../../packages/server/test/harness/server-process.ts'
import { EMIT_BATCH, EMIT_CONCURRENCY } from './contestant.ts'
import type { Emission } from './contestant.ts'
import { EVENT, forEachConcurrently, inBatches } from './load.ts'
import type { Endpoint, LoadEvent } from './load.ts'
import type { OurServer } from './ours.ts'
import { runQuery } from './postgres.ts'

/**
 * How events get into our program: `single` and `bulk` posts (`http`: the bulk posts that all contestants are compared
 * with); `sql` inserts into the events table, `sql-single` in a transaction for each event; `captured` inserts contacts, whose trigger captures the events, as a CRM's own transactions do.
 */
export type Publication = 'single' | 'bulk' | 'http' | 'sql' | 'sql-single' | 'captured'

interface Shape {
  /** Events per statement or request. */
  batch: number
  /** Concurrent statements or requests. */
  atOnce: number
}

const SHAPES: Readonly<Record<Publication, Shape>> = {
  single: { batch: 1, atOnce: 32 },
  bulk: { batch: EMIT_BATCH, atOnce: 4 },
  http: { batch: EMIT_BATCH, atOnce: EMIT_CONCURRENCY },
  sql: { batch: EMIT_BATCH, atOnce: EMIT_CONCURRENCY },
  'sql-single': { batch: 1, atOnce: 8 },
  captured: { batch: EMIT_BATCH, atOnce: EMIT_CONCURRENCY },
}

export interface Publisher {
  prepare(events: readonly LoadEvent[]): Emission
  close(): Promise<void>
}

export function createPublisher(server: OurServer, publication: Publication): Publisher {
  const shape = SHAPES[publication]
  if (publication === 'captured') return createSqlPublisher(server, INSERT_CONTACTS, shape)
  return publication.startsWith('sql')
    ? createSqlPublisher(server, INSERT_EVENTS, shape)
    : createHttpPublisher(server, shape)
}

function createHttpPublisher(server: OurServer, { batch, atOnce }: Shape): Publisher {
  const client = new HttpPool(server.url, { connections: atOnce, pipelining: 1 })
  const headers = { apikey: SERVICE_KEY, 'content-type': 'application/json', prefer: 'return=minimal' }
  const post = async (body: string): Promise<void> => {
    const path = '/rest/v1/webhook_events'
    const response = await client.request({ method: 'POST', path, headers, body })
    const text = await response.body.text()
    if (response.statusCode >= 300) throw new Error(`POST ${path}: ${response.statusCode} ${text}`)
  }
  return {
    prepare(events) {
      const bodies = batch === 1 ? events.map(toRow) : inBatches(events, batch).map(toJson)
      return () => forEachConcurrently(bodies, atOnce, post)
    },
    close: () => client.close(),
  }
}

const INSERT_EVENTS = {
  name: 'insert-events',
  text: `insert into webhooks.webhook_events (id, organization_id, event, data)
    select id, organization_id, event, data
    from json_to_recordset($1::json) as e (id uuid, organization_id uuid, event text, data json)`,
}

/** With the notes, the request has about one kilobyte. */
const INSERT_CONTACTS = {
  name: 'insert-contacts',
  text: `insert into contacts (id, organization_id, first_name, last_name, email, phone, company, tags, custom_fields)
    select id, organization_id, 'Ada', 'Lovelace', 'ada@example.com', '+442079460958', 'Example Ltd', '{newsletter}',
      jsonb_build_object('notes', repeat('lorem ipsum dolor ', 28))
    from json_to_recordset($1::json) as e (id uuid, organization_id uuid)`,
}

const INSERT_ORGANIZATIONS = `insert into organizations (id, name)
  select distinct id, 'Bench' from unnest($1::uuid[]) as id`

/** The reference CRM requires that an organization exists. */
export async function createOrganizations(server: OurServer, endpoints: readonly Endpoint[]): Promise<void> {
  if (server.databaseUrl === undefined) throw new Error('contacts are inserted by SQL')
  await runQuery(server.databaseUrl, INSERT_ORGANIZATIONS, [
    endpoints.map(({ organizationId }) => organizationId),
  ])
}

function createSqlPublisher(
  server: OurServer,
  insert: typeof INSERT_EVENTS,
  { batch, atOnce }: Shape,
): Publisher {
  const pool = new Pool({ connectionString: server.databaseUrl, max: atOnce })
  return {
    prepare(events) {
      const batches = inBatches(events, batch).map(toJson)
      return async () => {
        await forEachConcurrently(batches, atOnce, async (rows) => {
          await pool.query({ ...insert, values: [rows] })
        })
      }
    },
    close: () => pool.end(),
  }
}

/** Builds the body of a bulk post. */
export function toJson(events: readonly LoadEvent[]): string {
  return `[${events.map(toRow).join(',')}]`
}

function toRow({ id, endpoint, data }: LoadEvent): string {
  return `{"id":"${id}","organization_id":"${endpoint.organizationId}","event":"${EVENT}","data":${data}}`
}
