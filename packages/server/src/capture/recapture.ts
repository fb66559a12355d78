import { plainArray, textArray } from '../database/array-literal.ts'
import type { Database } from '../database/database.ts'
import { isDatabaseError } from '../database/database.ts'
import { dataSql } from './capture-sql.ts'
import type { CapturedTable } from './captured-table.ts'
import { keyTextSql, relationName } from './captured-table.ts'
import type { RowSource } from './event-select.ts'
import { findCapturedTables, qualifiedName } from './find-captured-tables.ts'
import { insertStated, writtenRow } from './event-select.ts'
import type { Conditions } from './recapture-conditions.ts'
import {
  changeTimeSql,
  driftConditions,
  insertedConditions,
  updatedConditions,
} from './recapture-conditions.ts'

/** Maximum number of rows per fault or drift period; a shorter period selects fewer. */
const MAX_RECAPTURED_ROWS = 100_000
/** A row's time is the start of its transaction, which may precede the drift. */
const LEAD_SECONDS = 60
/** Limit on the rows that are tried individually to isolate failing ones. */
const MAX_DIVIDED = 1_000
/** Each statement reads the table once. */
const ROWS_PER_STATEMENT = 10_000
/** Privileges, locks, connections, exhausted resources: other rows would fail as well. */
const UNRELATED_STATES = /^(08|25|40|42|53|55|57|58)/
const SOURCE = 'recapture'

export interface RecaptureRequest {
  /** Schema and name, as in `webhook_captures`; undefined: all captured tables. */
  table?: string | undefined
  /** ISO 8601; time of the fault, or of the drift. */
  since: string
  until: string
  dryRun: boolean
}

export interface Recaptured {
  /** Rows that still exist and whose events were lost. */
  matched: number
  /** Number of events. */
  emitted: number
  /** What could not be processed, and why; undefined: everything was. */
  notes?: string[]
}

/**
 * Emits the events that capture faults and drifts lost, from the current rows: for a fault the events of its operation,
 * for a drift those of an update. Repeated calls emit each event once.
 * @throws RecaptureError
 */
export async function recapture(database: Database, request: RecaptureRequest): Promise<Recaptured> {
  const { tables, leftOut } = await findCapturedTables(database, request.table)
  const total: Recaptured = { matched: 0, emitted: 0, ...(leftOut.length > 0 ? { notes: leftOut } : {}) }
  for (const table of tables) {
    for (const part of [
      await emitFaults(database, table, request),
      await emitDrifts(database, table, request),
    ]) {
      add(total, part)
    }
  }
  return total
}

async function markDrifts(
  database: Database,
  { id }: CapturedTable,
  { since, until }: RecaptureRequest,
): Promise<void> {
  await database.query(
    `update webhooks_internal.capture_drifts set recaptured_at = now()
     where capture = $1 and since >= $2 and until <= $3 and recaptured_at is null`,
    [id, since, until],
  )
}

function add(total: Recaptured, part: Recaptured | undefined): void {
  total.matched += part?.matched ?? 0
  total.emitted += part?.emitted ?? 0
  if (part?.notes !== undefined) total.notes = [...(total.notes ?? []), ...part.notes]
}

const currentRow = (table: CapturedTable): Pick<RowSource, 'data' | 'row'> => ({
  data: dataSql(table),
  row: writtenRow(table, 'insert'),
})

async function emitFaults(
  database: Database,
  table: CapturedTable,
  request: RecaptureRequest,
): Promise<Recaptured> {
  const total: Recaptured = { matched: 0, emitted: 0 }
  for (const operation of ['insert', 'update'] as const) {
    const { rows } = await database.query<LostRow & { faults: string[] }>(
      `select k.key, min(f.created_at)::text as at, 'fault/' || $3 || '/' || min(f.id::text) as seed, array_agg(f.id::text) as faults
       from webhooks.webhook_capture_faults f cross join lateral unnest(f.record_ids) as k (key)
       where f.effect = 'event' and f.recaptured_at is null and f.relation = format('%I.%I', $1::text, $2::text)
         and f.operation = $3::text and f.created_at >= $4 and f.created_at < $5
       group by k.key order by min(f.created_at) limit ${MAX_RECAPTURED_ROWS}`,
      [table.schema, table.name, operation, request.since, request.until],
    )
    const conditions = operation === 'insert' ? insertedConditions(table) : updatedConditions(table)
    const { failed, ...part } = await emitRows(database, table, rows, conditions, request)
    add(total, part)
    if (request.dryRun) continue
    const undone = new Set(rows.flatMap(({ key, faults }) => (failed.has(key) ? faults : [])))
    const done = new Set(rows.flatMap(({ faults }) => faults.filter((id) => !undone.has(id))))
    await database.query(
      'update webhooks.webhook_capture_faults set recaptured_at = now() where id = any ($1::uuid[])',
      [plainArray([...done])],
    )
  }
  return total
}

async function emitDrifts(
  database: Database,
  table: CapturedTable,
  request: RecaptureRequest,
): Promise<Recaptured> {
  const time = changeTimeSql(table)
  const spans = await readDriftSpans(database, table, request)
  const total: Recaptured = { matched: 0, emitted: 0 }
  if (spans.length > 0 && time === undefined) total.notes = [`${qualifiedName(table)}: ${NO_TIME}`]
  if (time === undefined) return total
  for (const { since, until } of spans) {
    // The seed only depends on the row: overlapping drifts and repeated calls produce the same event.
    const { rows } = await database.query<LostRow>(
      `select ${keyTextSql(table, 'n')} as key, ${time}::text as at, 'drift/' || ${time} as seed
       from ${relationName(table)} as n where ${time} >= $1::timestamptz and ${time} < $2::timestamptz
       limit ${MAX_RECAPTURED_ROWS + 1}`,
      [since, until],
    )
    if (rows.length > MAX_RECAPTURED_ROWS) {
      const note = `more than ${MAX_RECAPTURED_ROWS} rows changed from ${since} to ${until}; choose a shorter time range with since and until`
      add(total, { matched: 0, emitted: 0, notes: [`${qualifiedName(table)}: ${note}`] })
      continue
    }
    const { failed: _, ...part } = await emitRows(
      database,
      table,
      rows,
      driftConditions(table, since),
      request,
    )
    add(total, part)
  }
  if (!request.dryRun && total.notes === undefined) await markDrifts(database, table, request)
  return total
}

interface Span {
  since: string
  until: string
}

/** Reads the drift periods within the request; they do not overlap. */
async function readDriftSpans(
  database: Database,
  { id }: CapturedTable,
  { since, until }: RecaptureRequest,
): Promise<Span[]> {
  const { rows } = await database.query<Span>(
    `select lower(span)::text as since, upper(span)::text as until
     from (
       select unnest(range_agg(tstzrange(d.since - interval '${LEAD_SECONDS} seconds', coalesce(d.until, now()))
         * tstzrange($2::timestamptz, $3::timestamptz))) as span
       from webhooks_internal.capture_drifts d where d.capture = $1
     ) as spans
     where not isempty(span) order by span`,
    [id, since, until],
  )
  return rows
}

const NO_TIME =
  'no column is mapped to updated_at or created_at, so rows that changed during the drift cannot be identified'

/** A row whose event was lost. The event id is derived from `seed` and key, so that it is stored once. */
interface LostRow {
  key: string
  at: string
  seed: string
}

type Emitted = Recaptured & { failed: Set<string> }

/** Emits the events of rows that still exist. A row that fails does not affect the others. */
async function emitRows(
  database: Database,
  table: CapturedTable,
  lost: readonly LostRow[],
  conditions: Conditions,
  { dryRun }: RecaptureRequest,
): Promise<Emitted> {
  const total: Emitted = { matched: 0, emitted: 0, failed: new Set() }
  const from = `unnest($1::text[], $2::timestamptz[], $3::text[]) as lost (key, at, seed)
join ${relationName(table)} as n on ${keyTextSql(table, 'n')} = lost.key`
  const target = {
    origin: SOURCE,
    id: (event: string) =>
      `webhooks_internal.derived_id(lost.at, concat_ws('/', lost.seed, lost.key, ${event}))`,
  }
  const source = {
    from,
    where: `lost.key is not null${table.where === undefined ? '' : ` and ${table.where('n')}`}`,
    ...currentRow(table),
  }
  const statement = insertStated(table, source, conditions, target)
  let why = ''

  async function emitPart(part: readonly LostRow[]): Promise<void> {
    try {
      total.emitted += (await database.query(statement, toParams(part))).rowCount
    } catch (error) {
      if (!isDatabaseError(error) || UNRELATED_STATES.test(error.code)) throw error
      if (part.length === 1 || total.failed.size >= MAX_DIVIDED) {
        for (const { key } of part) total.failed.add(key)
        why = error.message
        return
      }
      const half = Math.ceil(part.length / 2)
      await emitPart(part.slice(0, half))
      await emitPart(part.slice(half))
    }
  }

  for (let start = 0; start < lost.length; start += ROWS_PER_STATEMENT) {
    const part = lost.slice(start, start + ROWS_PER_STATEMENT)
    total.matched += await count(database, from, part)
    if (!dryRun) await emitPart(part)
  }
  if (total.failed.size > 0)
    total.notes = [`${qualifiedName(table)}: ${total.failed.size} rows still cannot be emitted: ${why}`]
  return total
}

const toParams = (part: readonly LostRow[]): string[] =>
  (['key', 'at', 'seed'] as const).map((name) => textArray(part.map((row) => row[name])))

async function count(database: Database, from: string, part: readonly LostRow[]): Promise<number> {
  const { rows } = await database.query<{ matched: number }>(
    `select count(*)::integer as matched from ${from}`,
    toParams(part),
  )
  return rows[0]?.matched ?? 0
}
