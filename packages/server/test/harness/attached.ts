import { randomUUID } from 'node:crypto'
import { after, afterEach, before, suite } from 'node:test'
import { installCaptures } from '../../src/capture/install-captures.ts'
import { parseMap } from '../../src/capture/map/parse-map.ts'
import type { MappedTable } from '../../src/capture/map/resolve-map.ts'
import { resolveOnDatabase } from '../../src/capture/map/resolve-map.ts'
import { toMap } from './maps.ts'
import type { Database } from '../../src/database/database.ts'
import type { Engine } from './databases.ts'
import { EVERY_ENGINE, openMigrated } from './databases.ts'

export interface RawEvent {
  event: string
  organization_id: string
  /** JSON text. */
  data: string
  previous: string | null
}

export interface RecordedFault {
  relation: string
  operation: string
  code: string
  message: string
  row_count: number
  record_ids: string[]
  effect: 'event' | 'field'
}

export interface PeopleMap {
  columns?: object
  also?: readonly string[] | object
  where?: string
  deletes?: boolean
}

/** A database with a CRM table that we did not shape, and what its changes leave behind. */
export interface AttachedDatabase {
  database: Database
  url: string | undefined
  organizationId: string
  /** Captures the tables of a map, given as JSON has it. */
  attach(map: object): Promise<MappedTable[]>
  /** A table `public.people` of contacts with these further columns, attached with this map of columns. */
  attachPeople(columns: string, map?: PeopleMap): Promise<MappedTable[]>
  /** The events of `work` alone, in their order. */
  eventsOf(work: () => Promise<unknown>): Promise<RawEvent[]>
  /** All faults until now, which are forgotten then. */
  takeFaults(): Promise<RecordedFault[]>
  close(): Promise<void>
}

/** Captures the tables of a map, or of entries by their record. */
export async function attachMap(database: Database, map: object): Promise<MappedTable[]> {
  const parsed = parseMap(JSON.stringify(toMap(map)), 'map.json')
  const resolved = await resolveOnDatabase(database, parsed)
  if (resolved.problems.length > 0) throw new Error(resolved.problems.join('\n'))
  await installCaptures(database, resolved, parsed, { maxWaitMs: 30_000 })
  return resolved.tables
}

export async function openAttached(engine: Engine): Promise<AttachedDatabase> {
  const { database, url, close } = await openMigrated(engine)
  const organizationId = randomUUID()

  const attach = (map: object): Promise<MappedTable[]> => attachMap(database, map)

  return {
    database,
    url,
    organizationId,
    close,
    attach,
    async attachPeople(columns, { columns: mapped = {}, ...more } = {}) {
      const rest = columns === '' ? '' : `, ${columns}`
      await database.execute(
        `create table public.people (id int primary key, org text default '${organizationId}'${rest})`,
      )
      const columnsOf = { id: 'id', ...mapped }
      return await attach({
        contact: { table: 'public.people', organization: { column: 'org' }, columns: columnsOf, ...more },
      })
    },
    async eventsOf(work) {
      await database.execute('delete from webhooks_internal.outbox')
      await work()
      const { rows } = await database.query<RawEvent>(
        `select e.event, e.organization_id, e.data::text, e.previous::text
         from webhooks_internal.outbox o join webhooks.webhook_events e on e.id = o.event_id order by o.id`,
      )
      return rows
    },
    async takeFaults() {
      const { rows } = await database.query<RecordedFault>(
        `select relation, operation, code, message, row_count, record_ids, effect
         from webhooks.webhook_capture_faults order by created_at, id`,
      )
      await database.execute('delete from webhooks.webhook_capture_faults')
      return rows
    },
  }
}

/** Runs the same tests on every engine; `public.people` and all faults are gone after each. */
export function onAttached(name: string, define: (crm: AttachedDatabase, engine: Engine) => void): void {
  // What a column may hold is a matter of the engine.
  for (const engine of EVERY_ENGINE) {
    suite(`${name} (${engine})`, () => {
      const crm = {} as AttachedDatabase
      before(async () => {
        Object.assign(crm, await openAttached(engine))
      })
      after(() => crm.close())
      afterEach(async () => {
        await crm.database.execute('drop table if exists public.people, public.people_old cascade')
        await crm.takeFaults()
      })
      define(crm, engine)
    })
  }
}
