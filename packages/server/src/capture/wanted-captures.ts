import type { Subject } from './capture-ids.ts'
import { nameCaptures } from './capture-ids.ts'
import type { CaptureSql } from './capture-sql.ts'
import { writeCapture } from './capture-sql.ts'
import type { CapturedTable } from './captured-table.ts'
import { relationName } from './captured-table.ts'
import type { CaptureRow } from './captures.ts'
import type { MappedTable, ResolvedMap } from './map/resolve-map.ts'
import { TENANTS, writeTenantCapture, writeTenantSync } from './map/tenant-table.ts'

/** A capture as it is to be. */
export interface WantedCapture {
  id: string
  record: string
  relation: string
  schema: string
  name: string
  /** The entry of the map, as JSON. */
  map: string
  sql: CaptureSql
  /** Runs with the triggers. */
  first?: string
}

const toSubject = (table: Pick<CapturedTable, 'subject' | 'schema' | 'name'>): Subject => ({
  record: table.subject,
  relation: relationName(table),
})

/** Gives each table of a map the id of the installed capture that it replaces, or a new one. */
export function nameTables(
  { tables }: ResolvedMap,
  before: readonly CaptureRow[],
): (MappedTable & Pick<CapturedTable, 'id'>)[] {
  const ids = nameCaptures(tables.map(toSubject), before)
  return tables.map((table, index) => ({ ...table, id: ids[index]! }))
}

/** Lists the captures of a map, each with the id of the installed one that it replaces. */
export function listWanted(resolved: ResolvedMap, before: readonly CaptureRow[]): WantedCapture[] {
  const tables = nameTables(resolved, before).map((table): WantedCapture => ({
    id: table.id,
    ...toSubject(table),
    schema: table.schema,
    name: table.name,
    map: JSON.stringify(table.entry),
    sql: writeCapture(table),
  }))
  const { tenants } = resolved
  if (tenants === undefined) return tables
  const { schema, name } = tenants
  return [
    {
      id: TENANTS,
      record: TENANTS,
      relation: relationName(tenants),
      schema,
      name,
      map: JSON.stringify({ tenants }),
      sql: writeTenantCapture(tenants),
      first: writeTenantSync(tenants),
    },
    ...tables,
  ]
}
