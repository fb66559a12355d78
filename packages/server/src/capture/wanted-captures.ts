import type { Subject } from './capture-ids.ts'
import { nameCaptures } from './capture-ids.ts'
import type { CaptureSql } from './capture-sql.ts'
import { writeCapture } from './capture-sql.ts'
import type { CapturedTable } from './captured-table.ts'
import { relationName } from './captured-table.ts'
import type { CaptureRow } from './captures.ts'
import type { ResolvedMap } from './map/resolve-map.ts'
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

export const toSubject = (table: Pick<CapturedTable, 'subject' | 'schema' | 'name'>): Subject => ({
  record: table.subject,
  relation: relationName(table),
})

/** Lists the captures of a map, each with the id of the installed one that it replaces. */
export function listWanted(resolved: ResolvedMap, before: readonly CaptureRow[]): WantedCapture[] {
  const subjects = resolved.tables.map(toSubject)
  const ids = nameCaptures(subjects, before)
  const tables = resolved.tables.map((table, index): WantedCapture => {
    const id = ids[index]!
    return {
      id,
      ...subjects[index]!,
      schema: table.schema,
      name: table.name,
      map: JSON.stringify(table.entry),
      sql: writeCapture({ ...table, id }),
    }
  })
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
