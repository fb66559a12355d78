import { RECORD_COLUMNS, RECORD_NAMES } from '../domain/event-types/records.ts'
import type { TableName } from './capture-state.ts'
import type { OrganizationSource, Source } from './map/map-schema.ts'
import { isRecordEntry } from './map/map-schema.ts'
import type { StoredEntry } from './map/resolve-map.ts'
import type { TenantTable } from './map/tenant-table.ts'

/** A table that a capture reads, and what of it. Other columns may change freely. */
export interface UsedTable {
  table: TableName
  columns: string[]
  /** SQL of the map, which may read further columns. */
  expressions: string[]
}

export type StoredCapture = StoredEntry | { tenants: TenantTable }

/**
 * Lists what a capture reads, the captured table first, then those in which it looks something up.
 * @param map `captures.map`; null: the reference CRM
 */
export function listUsedTables(record: string, captured: TableName, map: string | null): UsedTable[] {
  if (map === null) {
    const name = RECORD_NAMES.find((one) => one === record)
    const columns = name === undefined ? [] : Object.keys(RECORD_COLUMNS[name])
    return [{ table: captured, columns, expressions: [] }]
  }
  const stored = JSON.parse(map) as StoredCapture
  if ('tenants' in stored) {
    const { id, label } = stored.tenants
    return [{ table: captured, columns: label === undefined ? [id] : [id, label], expressions: [] }]
  }
  return listOfEntry(stored, captured)
}

function listOfEntry(entry: StoredEntry, captured: TableName): UsedTable[] {
  const own: UsedTable = { table: captured, columns: [], expressions: [] }
  const lookups: UsedTable[] = []
  const toTable = (name: string): TableName => toTableName(name, entry.schema)
  for (const source of listSources(entry)) readSource(source, own, lookups, toTable)
  if (entry.organization !== undefined) readOrganization(entry.organization, own, lookups, toTable)
  if (entry.where !== undefined) own.expressions.push(entry.where)
  if (!isRecordEntry(entry) && entry.when !== undefined) own.expressions.push(entry.when)
  return [{ ...own, columns: [...new Set(own.columns)] }, ...lookups]
}

function listSources(entry: StoredEntry): Source[] {
  if (!isRecordEntry(entry)) return Object.values(entry.data)
  return [...Object.values(entry.columns), ...Object.values(entry.also ?? [])]
}

function readSource(
  source: Source,
  own: UsedTable,
  lookups: UsedTable[],
  toTable: (name: string) => TableName,
): void {
  if (typeof source === 'string') own.columns.push(source)
  else if ('sql' in source) own.expressions.push(source.sql)
  else {
    own.columns.push(source.column)
    const { lookup } = source
    if (lookup !== undefined)
      lookups.push({ table: toTable(lookup.table), columns: [lookup.key], expressions: [lookup.value] })
  }
}

function readOrganization(
  organization: OrganizationSource,
  own: UsedTable,
  lookups: UsedTable[],
  toTable: (name: string) => TableName,
): void {
  if ('sql' in organization) own.expressions.push(organization.sql)
  if (!('column' in organization)) return
  own.columns.push(organization.column)
  for (const { table, key, column } of organization.through ?? [])
    lookups.push({ table: toTable(table), columns: [...new Set([key, column])], expressions: [] })
}

/** Parses `schema.table`, as a map names it. */
function toTableName(text: string, schema = 'public'): TableName {
  const dot = text.indexOf('.')
  return dot === -1 ? { schema, name: text } : { schema: text.slice(0, dot), name: text.slice(dot + 1) }
}
