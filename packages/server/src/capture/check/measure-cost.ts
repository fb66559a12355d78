import type { Connection } from '../../database/database.ts'
import { quoteIdentifier } from '../../database/identifiers.ts'
import type { CrmTable } from '../crm-tables.ts'
import { findAttached } from '../install-captures.ts'
import type { MappedTable } from '../map/resolve-map.ts'
import type { WantedCapture } from '../wanted-captures.ts'
import type { Change } from './choose-change.ts'
import { listCandidates, writeChange } from './choose-change.ts'
import { explain, undo } from './rehearse.ts'
import { AT_PLACES, lockRows, placeParams } from './sample-rows.ts'

const ROW_COUNTS = [1, 100] as const
const REPEATS = { 1: 5, 100: 3 } as const
const STATEMENT_TIMEOUT_MS = 500
/** Other writers of the table wait for as long as capture is attached. */
const BUDGET_MS = 1_000
const MAX_CANDIDATES = 8

export interface Cost {
  /** `nothing`, or the mapped column that changes. */
  changes: string
  rows: number
  /** Microseconds per row; null: the statement took too long. */
  without: number | null
  with: number | null
}

export interface MeasuredTable {
  relation: string
  costs: Cost[]
  /** Triggers of the CRM, which ran and were rolled back. */
  otherTriggers: string[]
  /** Why nothing was measured, and what to do. */
  obstacle?: string
}

export interface MeasuredRelation {
  relation: string
  captures: readonly WantedCapture[]
  tables: readonly MappedTable[]
  crmTable: CrmTable
}

/**
 * Measures updates of existing rows without capture and with it. Undoes all; only rows that nobody has locked are
 * updated.
 */
export async function measureCost(connection: Connection, given: MeasuredRelation): Promise<MeasuredTable> {
  const { relation } = given
  const otherTriggers = await readOtherTriggers(connection, relation)
  const refused = await findMissingRights(connection, given)
  if (refused !== undefined) return { relation, costs: [], otherTriggers, obstacle: refused }
  const measured = await undo(connection, async () => {
    await connection.execute(`set local statement_timeout = ${STATEMENT_TIMEOUT_MS}`)
    return await measure(connection, given)
  })
  if ('error' in measured) return { relation, costs: [], otherTriggers, obstacle: explain(measured.error) }
  const { result } = measured
  if (typeof result === 'string') return { relation, costs: [], otherTriggers, obstacle: result }
  return { relation, costs: result, otherTriggers }
}

async function readOtherTriggers(connection: Connection, relation: string): Promise<string[]> {
  const { rows } = await connection.query<{ name: string }>(
    `select tgname as name from pg_trigger
     where tgrelid = $1::regclass and not tgisinternal and tgenabled <> 'D' and not starts_with(tgname::text, 'webhooks_capture_')
     order by 1`,
    [relation],
  )
  return rows.map(({ name }) => name)
}

async function findMissingRights(
  connection: Connection,
  { relation, crmTable }: MeasuredRelation,
): Promise<string | undefined> {
  const { rows } = await connection.query<{ me: string; reads: boolean; writes: boolean }>(
    `select quote_ident(current_user) as me, has_table_privilege($1, 'select') as reads, has_table_privilege($1, 'update') as writes`,
    [relation],
  )
  const { me, reads, writes } = rows[0]!
  const missing = [...(reads ? [] : ['select']), ...(writes ? [] : ['update'])]
  if (missing.length === 0) return undefined
  const policy = crmTable.isHidden ? `, and create a policy for all to ${me} using (true)` : ''
  return `this role may not ${missing.join(' and ')} its rows: grant ${missing.join(', ')} on ${relation} to ${me}${policy}`
}

interface Plan {
  nothing: Change
  /** Undefined: no mapped column takes another value. */
  other: Change | undefined
}

async function measure(connection: Connection, given: MeasuredRelation): Promise<Cost[] | string> {
  const { relation, captures, tables, crmTable } = given
  const places = await lockRows(connection, relation, Math.max(...ROW_COUNTS))
  if (places.length === 0) return 'the table has no rows that could be updated'
  const attached = await findAttached(connection, captures)
  await silence(connection, relation)
  const plan = await choosePlan(connection, { relation, places, crmTable, tables })
  if (typeof plan === 'string') return plan
  const without = await measureAll(connection, relation, places, plan)
  await attach(connection, captures, attached)
  const withCapture = await measureAll(connection, relation, places, plan)
  return without.map((cost, index) => ({ ...cost, with: withCapture[index]?.without ?? null }))
}

/** Triggers that are attached do nothing until their functions are written again; dropping them would lock out readers. */
async function silence(connection: Connection, relation: string): Promise<void> {
  const { rows } = await connection.query<{ name: string }>(
    `select distinct p.proname as name from pg_trigger t join pg_proc p on p.oid = t.tgfoid
     where t.tgrelid = $1::regclass and p.pronamespace = 'webhooks_internal'::regnamespace`,
    [relation],
  )
  for (const { name } of rows) {
    await connection.execute(
      `create or replace function webhooks_internal.${quoteIdentifier(name)}() returns trigger
       language plpgsql as 'begin return null; end'`,
    )
  }
}

async function attach(
  connection: Connection,
  captures: readonly WantedCapture[],
  attached: ReadonlySet<string>,
): Promise<void> {
  for (const { id, sql } of captures) {
    for (const text of sql.functions) await connection.execute(text)
    if (attached.has(id)) continue
    for (const trigger of sql.triggers) await connection.execute(trigger.sql)
  }
}

async function choosePlan(
  connection: Connection,
  {
    relation,
    places,
    crmTable,
    tables,
  }: Pick<MeasuredRelation, 'relation' | 'crmTable' | 'tables'> & { places: readonly string[] },
): Promise<Plan | string> {
  let nothing: Change | undefined
  let other: Change | undefined
  let refusal = 'no column of the map can be updated'
  for (const column of listCandidates(tables, crmTable).slice(0, MAX_CANDIDATES)) {
    const name = quoteIdentifier(column)
    const type = crmTable.columns.find((one) => one.name === column)?.fullType
    if (type === undefined) continue
    nothing ??= { column, set: `${name} = ${name}` }
    const change = await writeChange(connection, { relation, places, column, type })
    if (change === undefined) continue
    const tried = await undo(connection, () => update(connection, relation, places, change))
    if ('error' in tried) refusal = explain(tried.error)
    else other = change
    if (other !== undefined) break
  }
  if (nothing === undefined) return refusal
  const tried = await undo(connection, () => update(connection, relation, places.slice(0, 1), nothing))
  if ('error' in tried) return explain(tried.error)
  if (tried.result.rowCount === 0) return 'this role may not update these rows: a policy hides them'
  return { nothing, other }
}

async function measureAll(
  connection: Connection,
  relation: string,
  places: readonly string[],
  { nothing, other }: Plan,
): Promise<Cost[]> {
  const deadline = performance.now() + BUDGET_MS
  const costs: Cost[] = []
  for (const change of other === undefined ? [nothing] : [nothing, other]) {
    for (const count of ROW_COUNTS.filter((wanted) => wanted === 1 || places.length > 1)) {
      const part = places.slice(0, count)
      const times: number[] = []
      // The first run prepares the plans of the session.
      for (let run = 0; run <= REPEATS[count] && performance.now() < deadline; run += 1) {
        const timed = await undo(connection, () => update(connection, relation, part, change))
        if ('error' in timed) break
        if (run > 0) times.push((timed.result.milliseconds * 1_000) / part.length)
      }
      costs.push({
        changes: change === nothing ? 'nothing' : change.column,
        rows: part.length,
        without: median(times),
        with: null,
      })
    }
  }
  return costs
}

function median(numbers: readonly number[]): number | null {
  const found = [...numbers].sort((one, other) => one - other)[Math.floor(numbers.length / 2)]
  return found === undefined ? null : Math.round(found * 10) / 10
}

interface Updated {
  milliseconds: number
  rowCount: number
}

/** The server's own time, with that of triggers. */
async function update(
  connection: Connection,
  relation: string,
  places: readonly string[],
  { set }: Change,
): Promise<Updated> {
  const { rows } = await connection.query<{ 'QUERY PLAN': string }>(
    `explain (analyze, timing off, format json) update ${relation} as n set ${set} where ${AT_PLACES}`,
    placeParams(places),
  )
  const [explained] = JSON.parse(rows[0]!['QUERY PLAN']) as [Explained]
  return {
    milliseconds: explained['Execution Time'],
    rowCount: explained.Plan.Plans?.[0]?.['Actual Rows'] ?? 0,
  }
}

interface Explained {
  'Execution Time': number
  Plan: { Plans?: { 'Actual Rows': number }[] }
}
