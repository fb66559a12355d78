import type { Connection, Database } from '../../src/database/database.ts'
import { quoteIdentifier } from '../../src/database/identifiers.ts'
import type { Engine } from './databases.ts'
import { openMigrated } from './databases.ts'

export interface CapturedEvent {
  event: string
  organization_id: string
  data: Record<string, unknown>
  previous: Record<string, unknown> | null
}

/** A database with the reference CRM and an organization, and the events that changes leave behind. */
export interface CapturingDatabase {
  database: Database
  url: string | undefined
  organizationId: string
  /** Of `work` alone, in the order in which they will be sent. */
  eventsOf(work: (connection: Connection) => Promise<unknown>): Promise<CapturedEvent[]>
  /** Inserts a row of the organization and gives its id. */
  insert(table: string, row?: Record<string, unknown>): Promise<string>
  update(table: string, id: string, change: Record<string, unknown>): Promise<void>
  close(): Promise<void>
}

interface StoredEvent {
  event: string
  organization_id: string
  data: string
  previous: string | null
}

export async function openCapturing(engine: Engine): Promise<CapturingDatabase> {
  const { database, url, close } = await openMigrated(engine)
  const { rows } = await database.query<{ id: string }>(
    `insert into organizations (name) values ('Acme') returning id`,
  )
  const organizationId = rows[0]!.id
  return {
    database,
    url,
    organizationId,
    close,
    async eventsOf(work) {
      await database.execute('delete from webhooks_internal.outbox')
      await work(database)
      return (await readEvents(database)).map(({ data, previous, ...event }) => ({
        ...event,
        data: JSON.parse(data) as Record<string, unknown>,
        previous: previous === null ? null : (JSON.parse(previous) as Record<string, unknown>),
      }))
    },
    async insert(table, row = {}) {
      const all = { organization_id: organizationId, ...row }
      const names = Object.keys(all).map(quoteIdentifier).join(', ')
      const inserted = await database.query<{ id: string }>(
        `insert into ${table} (${names}) select ${names} from json_populate_record(null::${table}, $1::json) returning id`,
        [JSON.stringify(all)],
      )
      return inserted.rows[0]!.id
    },
    async update(table, id, change) {
      const sets = Object.keys(change).map((name) => `${quoteIdentifier(name)} = r.${quoteIdentifier(name)}`)
      await database.query(
        `update ${table} t set ${sets.join(', ')} from json_populate_record(null::${table}, $2::json) r where t.id = $1`,
        [id, JSON.stringify(change)],
      )
    },
  }
}

async function readEvents(database: Database): Promise<StoredEvent[]> {
  const { rows } = await database.query<StoredEvent>(
    `select e.event, e.organization_id, e.data, e.previous
     from webhooks_internal.outbox o join webhooks.webhook_events e on e.id = o.event_id order by o.id`,
  )
  return rows
}
