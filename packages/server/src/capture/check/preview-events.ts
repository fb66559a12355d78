import type { Connection } from '../../database/database.ts'
import { isDatabaseError } from '../../database/database.ts'
import { quoteLiteral } from '../../database/identifiers.ts'
import { SETTINGS, dataSql } from '../capture-sql.ts'
import type { CapturedTable } from '../captured-table.ts'
import { keyTextSql, relationName } from '../captured-table.ts'
import { insertedPrevious } from '../event-rules.ts'
import { insertedConditions } from '../recapture-conditions.ts'
import type { Failure } from './find-failures.ts'
import { findFailures } from './find-failures.ts'
import { explain, undo } from './rehearse.ts'
import type { Sample } from './sample-rows.ts'
import { AT_PLACES, placeParams, sampleRows } from './sample-rows.ts'

const MAX_ROWS = 500
const MAX_SAMPLES = 3
const MAX_EXPLAINED = 10
const STATEMENT_TIMEOUT_MS = 5_000

export interface SampledEvent {
  /** Of the row. */
  key: string | null
  organizationId: string
  data: Record<string, unknown>
  previous?: unknown
}

export interface PreviewedType {
  event: string
  count: number
  samples: SampledEvent[]
}

/** A row as capture would read it. */
export interface PreviewedRow {
  key: string | null
  /** Whether it meets the `where` of the map. */
  counts: boolean
  organizationId: string | null
  data: Record<string, unknown> | null
}

export interface Preview {
  record: string
  relation: string
  from: Sample['from']
  /** The number of rows looked at. */
  rowCount: number
  /** What they would have emitted if they had just been inserted. */
  events: PreviewedType[]
  /** The number of rows with an expression that fails; the failures are those of the first. */
  failedRows: number
  failures: Failure[]
  /** Why there is none. */
  obstacle?: string
}

export interface PreviewWithRows extends Preview {
  rows: PreviewedRow[]
}

/**
 * Reads rows of the table as capture would, with its settings, and writes nothing.
 * @param time SQL of a row's last change, over `n`; undefined: not known
 */
export async function previewEvents(
  connection: Connection,
  table: CapturedTable,
  time: string | undefined,
): Promise<PreviewWithRows> {
  const empty: PreviewWithRows = {
    record: table.subject,
    relation: relationName(table),
    from: 'newest by key',
    rowCount: 0,
    events: [],
    failedRows: 0,
    failures: [],
    rows: [],
  }
  const read = await undo(connection, async () => {
    await setUp(connection)
    return await readSample(connection, table, time)
  })
  if ('result' in read) return { ...empty, ...read.result }
  const { error } = read
  const grant = `; it takes select on ${empty.relation}, and on the tables that the map looks rows up in`
  return { ...empty, obstacle: `${explain(error)}${error.code === '42501' ? grant : ''}` }
}

/** The settings end with the savepoint around them. */
async function setUp(connection: Connection): Promise<void> {
  const settings = SETTINGS.filter((setting) => !/^(lock_timeout|enable_nestloop)/.test(setting))
  await connection.execute(
    [
      'set local transaction_read_only = on',
      `set local statement_timeout = ${STATEMENT_TIMEOUT_MS}`,
      ...settings.map((setting) => `set local ${setting}`),
    ].join(';\n'),
  )
}

type Read = Pick<PreviewWithRows, 'from' | 'rowCount' | 'events' | 'failedRows' | 'failures' | 'rows'>

async function readSample(
  connection: Connection,
  table: CapturedTable,
  time: string | undefined,
): Promise<Read> {
  const { from, places } = await sampleRows(connection, table, { time, maxRows: MAX_ROWS })
  const statement = writePreview(table)
  const rows: PreviewRow[] = []
  const failed = await divide(places, async (part) => {
    const found = await undo(connection, () => connection.query<PreviewRow>(statement, placeParams(part)))
    if ('error' in found) return found.error
    rows.push(...found.result.rows)
    return undefined
  })
  const failures: Failure[] = []
  for (const [place, error] of failed.slice(0, MAX_EXPLAINED))
    failures.push(...(await findFailures(connection, table, place, error)))
  return {
    from,
    rowCount: places.length,
    events: countEvents(table, rows),
    failedRows: failed.length,
    failures,
    rows: rows.map(({ key, counts, organization_id, data }) => ({
      key,
      counts,
      organizationId: organization_id,
      data: data === null ? null : (JSON.parse(data) as Record<string, unknown>),
    })),
  }
}

interface PreviewRow {
  key: string | null
  counts: boolean
  organization_id: string | null
  data: string | null
  events: string[] | null
}

/** As an insert emits: `case` keeps rows that do not count from being read. */
function writePreview(table: CapturedTable): string {
  const { organization, where } = table
  const ifCounts = (sql: string): string => `case when counted.so then ${sql} end`
  const events = insertedConditions(table).map(
    ([event, condition]) => `case when ${condition} then ${quoteLiteral(event)} end`,
  )
  return [
    `select ${keyTextSql(table, 'n')} as key, counted.so as counts, ${ifCounts(organization.expression)} as organization_id,`,
    `${ifCounts(dataSql(table))} as data,`,
    `${ifCounts(`array_remove(array[${events.join(', ')}]::text[], null)`)} as events`,
    `from ${relationName(table)} as n`,
    organization.joins,
    `cross join lateral (select ${where === undefined ? 'true' : where('n')} as so offset 0) as counted`,
    `where ${AT_PLACES}`,
  ].join('\n')
}

/** Calls `read` for all items, and for ever smaller parts of what fails, down to single ones. */
async function divide(
  items: readonly string[],
  read: (part: readonly string[]) => Promise<Error | undefined>,
): Promise<[string, Error][]> {
  const failed: [string, Error][] = []
  const parts: (readonly string[])[] = [items]
  for (let part = parts.pop(); part !== undefined; part = parts.pop()) {
    if (part.length === 0) continue
    const error = await read(part)
    if (error === undefined) continue
    // Not a matter of a row.
    if (!isDatabaseError(error) || /^(08|25|3D|3F|40|42|53|55|57|58)/.test(error.code)) throw error
    if (part.length === 1) failed.push([part[0]!, error])
    else parts.push(part.slice(Math.ceil(part.length / 2)), part.slice(0, Math.ceil(part.length / 2)))
  }
  return failed
}

function countEvents(table: CapturedTable, rows: readonly PreviewRow[]): PreviewedType[] {
  const types = new Map<string, PreviewedType>()
  for (const { key, organization_id, data, events } of rows) {
    if (organization_id === null || data === null) continue
    for (const event of events ?? []) {
      const type = types.get(event) ?? { event, count: 0, samples: [] }
      types.set(event, type)
      type.count += 1
      if (type.samples.length >= MAX_SAMPLES) continue
      const previous = insertedPrevious(table.rules, event)
      type.samples.push({
        key,
        organizationId: organization_id,
        data: JSON.parse(data) as Record<string, unknown>,
        ...(previous === undefined ? {} : { previous: JSON.parse(previous) as unknown }),
      })
    }
  }
  return [...types.values()]
}
