import type { Connection } from '../database/database.ts'
import { loadStatement } from '../database/statement.ts'

export interface CrmColumn {
  name: string
  /** The base type of a domain; for any other type, the type itself. */
  type: string
  /** The same with its schema and quoted, as SQL names it everywhere. */
  fullType: string
  /** The values of an enum; null: another type. */
  labels: readonly string[] | null
  /** True if this role may read it. */
  canSelect: boolean
}

export interface CrmForeignKey {
  column: string
  schema: string
  table: string
  references: string
}

/** A table or view of another CRM, read from the catalog. */
export interface CrmTable {
  schema: string
  name: string
  kind: string
  isPartition: boolean
  /** True if row-level security hides rows from this role. */
  isHidden: boolean
  canTrigger: boolean
  /** Sets of columns that are not null and unique, the primary key first. */
  keys: readonly (readonly string[])[]
  foreignKeys: readonly CrmForeignKey[]
  columns: readonly CrmColumn[]
}

interface TableRow extends Omit<CrmTable, 'keys' | 'foreignKeys' | 'columns'> {
  keys: string
  foreignKeys: string
  columns: string | null
}

const readTables = loadStatement(import.meta.url, 'read-tables')

export async function readCrmTables(connection: Connection): Promise<CrmTable[]> {
  const { rows } = await connection.query<TableRow>(readTables)
  return rows.map((row) => ({
    ...row,
    keys: JSON.parse(row.keys) as string[][],
    foreignKeys: JSON.parse(row.foreignKeys) as CrmForeignKey[],
    columns: JSON.parse(row.columns ?? '[]') as CrmColumn[],
  }))
}

/** `public.contacts`, as a map names it. */
export const qualifiedName = ({ schema, name }: Pick<CrmTable, 'schema' | 'name'>): string =>
  `${schema}.${name}`

export const findColumn = (table: CrmTable, name: string): CrmColumn | undefined =>
  table.columns.find((column) => column.name === name)
