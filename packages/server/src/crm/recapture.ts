import type { Connection, Database } from '../db/database.ts'
import { quoteLiteral } from '../db/identifiers.ts'
import type { RecordName } from '../events/records.ts'
import { dataOf } from './capture-sql.ts'
import type { CapturedTable } from './captured-table.ts'
import { keyTextOf, relationOf } from './captured-table.ts'
import { readCrmTables } from './crm-tables.ts'
import { RULES } from './event-rules.ts'
import type { EventTarget, RowSource } from './event-select.ts'
import { insertStated, writtenRow } from './event-select.ts'
import { mapTables } from './map-tables.ts'
import { readReferenceTables } from './reference-tables.ts'
import type { CrmMap, TableMap } from './table-map.ts'

/** Rows of one fault or drift period at most: more are asked for by a shorter time. */
export const MAX_RECAPTURED_ROWS = 100_000
/** A fault may name a thousand rows. */
const FAULTS_PER_BATCH = 1_000
const SOURCE = 'recapture'

export interface RecaptureRequest {
  /** Schema and name, as `webhook_captures` has it; undefined: all that are captured. */
  table?: string | undefined
  /** ISO 8601; of the fault, or of the drift. */
  since: string
  until: string
  dryRun: boolean
}

export interface Recaptured {
  /** Rows that are still there and whose events were lost. */
  matched: number
  /** Events. */
  emitted: number
  /** What could not be looked at, and why; undefined: everything was. */
  notes?: string[]
}

/** What a caller can do something about. */
export class RecaptureError extends Error {
  override readonly name = 'RecaptureError'
}

/**
 * Emits what capture faults and drifts lost, from the rows as they are now: of a fault the event of its operation, of a drift
 * that the record was updated. Asked for again it emits nothing twice.
 * @throws RecaptureError
 */
export async function recapture(database: Database, request: RecaptureRequest): Promise<Recaptured> {
  const total: Recaptured = { matched: 0, emitted: 0 }
  for (const table of await findTables(database, request.table)) {
    for (const part of [
      await emitFaults(database, table, request),
      await emitDrifts(database, table, request),
    ]) {
      add(total, part)
    }
  }
  return total
}

function add(total: Recaptured, part: Recaptured | undefined): void {
  total.matched += part?.matched ?? 0
  total.emitted += part?.emitted ?? 0
  if (part?.notes !== undefined) total.notes = [...(total.notes ?? []), ...part.notes]
}

async function findTables(database: Database, wanted: string | undefined): Promise<CapturedTable[]> {
  const { rows } = await database.query<{ record: RecordName; map: string | null }>(
    'select record, map::text as map from webhooks_internal.captures order by record',
  )
  const map: CrmMap = {}
  for (const row of rows) if (row.map !== null) map[row.record] = JSON.parse(row.map) as TableMap
  const mapped = Object.keys(map).length === 0 ? [] : mapTables(map, await readCrmTables(database)).tables
  const isReference = rows.some((row) => row.map === null)
  const tables = [...mapped, ...(isReference ? await readReferenceTables(database) : [])]
  const found = tables.filter((table) => wanted === undefined || nameOf(table) === wanted)
  if (wanted !== undefined && found.length === 0) {
    const names = tables.map(nameOf).join(', ')
    throw new RecaptureError(
      `table: ${wanted} is not captured as it is now${names === '' ? '' : `; there are ${names}`}`,
    )
  }
  return found
}

const nameOf = ({ schema, name }: CapturedTable): string => `${schema}.${name}`

const nowOf = (table: CapturedTable): Pick<RowSource, 'data' | 'row'> => ({
  data: dataOf(table),
  row: writtenRow(table),
})

type Conditions = [event: string, condition: string][]

/** The events of a row that is as it is, of what it means that it was inserted. */
function insertedConditions(table: CapturedTable): Conditions {
  const row = writtenRow(table)
  return RULES[table.record].flatMap(({ event, onInsert }): Conditions =>
    onInsert === undefined ? [] : [[event, onInsert(row)]],
  )
}

const UPDATED: Readonly<Partial<Record<RecordName, string>>> = {
  contact: 'contact.updated',
  deal: 'deal.updated',
  conversation: 'conversation.status.changed',
}

/** Of what it means that it was updated. A record without an event for that has those of the state that it has reached. */
function updatedConditions(table: CapturedTable): Conditions {
  const updated = UPDATED[table.record]
  if (updated !== undefined) return [[updated, 'true']]
  return insertedConditions(table).filter(([event]) => !ARRIVALS.has(event))
}

/** A message is received once, when it is inserted. */
const ARRIVALS = new Set(['message.received', 'broadcast.response'])

async function emitFaults(
  database: Database,
  table: CapturedTable,
  request: RecaptureRequest,
): Promise<Recaptured> {
  const total: Recaptured = { matched: 0, emitted: 0 }
  for (const operation of ['insert', 'update'] as const) {
    for (let isMore = true; isMore;) {
      const batch = await database.transaction(async (connection) => {
        const ids = await pickFaults(connection, table, operation, request)
        if (ids.length === 0) return undefined
        return {
          ...(await emitFaultBatch(connection, table, operation, ids, request.dryRun)),
          size: ids.length,
        }
      })
      add(total, batch)
      // Faults that are done are not found again; a dry run changes nothing, and so looks at all of them at once.
      isMore = !request.dryRun && batch?.size === FAULTS_PER_BATCH
    }
  }
  return total
}

async function pickFaults(
  connection: Connection,
  { schema, name }: CapturedTable,
  operation: string,
  { since, until, dryRun }: RecaptureRequest,
): Promise<string[]> {
  const { rows } = await connection.query<{ id: string }>(
    `select id from webhooks.webhook_capture_faults
     where effect = 'event' and recaptured_at is null and relation = format('%I.%I', $1::text, $2::text) and operation = $3
       and created_at >= $4 and created_at < $5
     order by created_at limit $6 ${dryRun ? '' : 'for update skip locked'}`,
    [schema, name, operation, since, until, dryRun ? MAX_RECAPTURED_ROWS : FAULTS_PER_BATCH],
  )
  return rows.map(({ id }) => id)
}

async function emitFaultBatch(
  connection: Connection,
  table: CapturedTable,
  operation: 'insert' | 'update',
  ids: readonly string[],
  dryRun: boolean,
): Promise<Recaptured> {
  const list = `array[${ids.map(quoteLiteral).join(', ')}]::uuid[]`
  const from = `(
  select distinct k.key from webhooks.webhook_capture_faults f cross join lateral unnest(f.record_ids) as k (key)
  where f.id = any (${list})
) as lost
join ${relationOf(table)} as n on ${keyTextOf(table, 'n')} = lost.key`
  const matched = await count(connection, from)
  if (dryRun) return { matched, emitted: 0 }
  const conditions = operation === 'insert' ? insertedConditions(table) : updatedConditions(table)
  const emitted = await emit(connection, table, { from, ...nowOf(table) }, conditions, { origin: SOURCE })
  await connection.query(
    `update webhooks.webhook_capture_faults set recaptured_at = now() where id = any (${list})`,
  )
  return { matched, emitted }
}

async function emitDrifts(
  database: Database,
  table: CapturedTable,
  request: RecaptureRequest,
): Promise<Recaptured> {
  const time = changeTimeOf(table)
  const total: Recaptured = { matched: 0, emitted: 0 }
  const { rows } = await database.query<{ id: string }>(
    `select id from webhooks_internal.capture_drifts
     where record = $1 and since < $3 and coalesce(until, now()) > $2 order by since`,
    [table.record, request.since, request.until],
  )
  if (time === undefined) {
    if (rows.length > 0) total.notes = [`${nameOf(table)}: ${NO_TIME}`]
    return total
  }
  for (const { id } of rows) {
    add(
      total,
      await database.transaction((connection) => emitDrift(connection, table, { ...request, id, time })),
    )
  }
  return total
}

const NO_TIME =
  'no column is mapped to updated_at or created_at, so the rows that changed during the drift cannot be told from others'

interface DriftRequest extends RecaptureRequest {
  id: string
  /** SQL of when a row was changed last. */
  time: string
}

async function emitDrift(
  connection: Connection,
  table: CapturedTable,
  { id, time, since, until, dryRun }: DriftRequest,
): Promise<Recaptured> {
  const from = `webhooks_internal.capture_drifts as d
join ${relationOf(table)} as n on ${time} >= greatest(d.since, ${quoteLiteral(since)}::timestamptz)
  and ${time} < least(coalesce(d.until, now()), ${quoteLiteral(until)}::timestamptz)`
  const where = `d.id = ${Number(id)}`
  const matched = await count(connection, `${from}\nwhere ${where}`)
  if (dryRun || matched === 0) return { matched, emitted: 0 }
  if (matched > MAX_RECAPTURED_ROWS) {
    const note = `${nameOf(table)}: ${matched} rows changed during a drift, and at most ${MAX_RECAPTURED_ROWS} are emitted at once; ask for shorter times with since and until`
    return { matched, emitted: 0, notes: [note] }
  }
  const seed = `concat_ws('/', d.id, ${keyTextOf(table, 'n')}, ${time})`
  const target = {
    origin: SOURCE,
    id: (event: string) => `webhooks_internal.derived_id(d.since, ${seed} || ${event})`,
  }
  const source = { from, where, ...nowOf(table) }
  return { matched, emitted: await emit(connection, table, source, driftConditions(table), target) }
}

/** Whether something arrived or was changed is not known of a drift, but for what was there only afterwards. */
function driftConditions(table: CapturedTable): Conditions {
  const arrived = table.columns.get('created_at')
  const isNew = arrived?.source === undefined ? 'false' : `${arrived.value('n')} >= d.since`
  const arrivals = insertedConditions(table).filter(([event]) => ARRIVALS.has(event))
  return [
    ...updatedConditions(table),
    ...arrivals.map(([event, condition]): [string, string] => [event, `${isNew} and ${condition}`]),
  ]
}

/** When a row was changed last, as timestamptz. */
function changeTimeOf({ columns }: CapturedTable): string | undefined {
  const times = ['updated_at', 'created_at'].flatMap((name) => {
    const column = columns.get(name)
    return column?.source === undefined ? [] : [column.value('n')]
  })
  return times.length === 0 ? undefined : `coalesce(${times.join(', ')})`
}

async function count(connection: Connection, from: string): Promise<number> {
  const { rows } = await connection.query<{ matched: number }>(
    `select count(*)::integer as matched from ${from}`,
  )
  return rows[0]?.matched ?? 0
}

async function emit(
  connection: Connection,
  table: CapturedTable,
  source: RowSource,
  conditions: Conditions,
  target: EventTarget,
): Promise<number> {
  const { rowCount } = await connection.query(insertStated(table, source, conditions, target))
  return rowCount
}
