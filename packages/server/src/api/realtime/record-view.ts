import type { Column } from '../../rest/schema-cache/schema.ts'
import type { Row } from './change-filter.ts'
import type { ChangeType } from './followed-tables.ts'

/** A change of a row, with all that the operator may read of it. Views leave out what others may not. */
export interface Change {
  table: string
  type: ChangeType
  /** Null for a row of the operator, undefined for tables that all organizations read. */
  organizationId: string | null | undefined
  /** After the change; before it for DELETE, and then the key and the organization alone. */
  row: Row
}

/** The columns of a table that a subscription receives. */
export interface RecordView {
  table: string
  primaryKey: readonly string[]
  columns: readonly Column[]
}

/** Beyond this, a message has short values only. */
const MAX_RECORD_LENGTH = 512 * 1024
const MAX_SHORT_LENGTH = 1_000

/** Writes `data` of a message as supabase-js expects it, as JSON text. */
export function writeChange({ table, type, row }: Change, view: RecordView, at: Date): string {
  const names = view.columns.map(({ name }) => name)
  const values = names.filter((name) => name in row).map((name) => [name, JSON.stringify(row[name])] as const)
  const length = values.reduce((sum, [, text]) => sum + text.length, 0)
  const isTooLong = length > MAX_RECORD_LENGTH
  const kept = isTooLong ? values.filter(([, text]) => text.length <= MAX_SHORT_LENGTH) : values
  const record = toObject(kept)
  const key = toObject(kept.filter(([name]) => view.primaryKey.includes(name)))
  const head = JSON.stringify({
    schema: 'public',
    table,
    commit_timestamp: at.toISOString(),
    type,
    columns: view.columns.map((column) => ({ name: column.name, type: internalName(column.type) })),
    // The text of Supabase, which its users may know.
    errors: isTooLong ? ['Error 413: Payload Too Large'] : null,
  })
  const rows = [
    ...(type === 'DELETE' ? [] : [`"record":${record}`]),
    ...(type === 'INSERT' ? [] : [`"old_record":${key}`]),
  ]
  return `${head.slice(0, -1)},${rows.join(',')}}`
}

const toObject = (members: readonly (readonly [string, string])[]): string =>
  `{${members.map(([name, text]) => `${JSON.stringify(name)}:${text}`).join(',')}}`

const INTERNAL_NAMES: Readonly<Record<string, string>> = {
  'timestamp with time zone': 'timestamptz',
  'double precision': 'float8',
  'character varying': 'varchar',
  real: 'float4',
  boolean: 'bool',
  smallint: 'int2',
  integer: 'int4',
  bigint: 'int8',
}

/** Clients know types by the names of the catalog. */
function internalName(type: string): string {
  if (type.endsWith('[]')) return `_${internalName(type.slice(0, -2))}`
  return INTERNAL_NAMES[type] ?? type
}
