import { textArray } from '../database/array-literal.ts'
import type { Connection } from '../database/database.ts'
import { quoteIdentifier } from '../database/identifiers.ts'
import { loadStatement } from '../database/statement.ts'
import { relationName, toComparable } from './captured-table.ts'
import type { CapturedColumn, CapturedTable } from './captured-table.ts'
import type { RecordName } from '../domain/event-types/records.ts'
import { RULES } from './event-rules.ts'

const readColumns = loadStatement(import.meta.url, 'read-columns')

const TABLES: Readonly<Record<RecordName, string>> = {
  contact: 'contacts',
  deal: 'deals',
  conversation: 'conversations',
  message: 'messages',
  meeting: 'meetings',
}

interface ColumnRow {
  relation: string
  name: string
  type: string
  /** Number of columns the table has ever had, including dropped ones. */
  columns_ever: number
}

/** Reads the tables of the reference CRM with their current columns: an operator may have added some. */
export async function readReferenceTables(connection: Connection): Promise<CapturedTable[]> {
  const named = Object.entries(TABLES).map(([record, name]) => ({
    id: record,
    subject: record,
    record: record as RecordName,
    rules: RULES[record as RecordName],
    where: undefined,
    schema: 'public',
    name,
  }))
  const { rows } = await connection.query<ColumnRow>(readColumns, [textArray(named.map(relationName))])
  return named.map((table) => ({
    ...table,
    key: ['id'],
    organization: {
      expression: 'n.organization_id',
      joins: '',
      isMoved: 'n.organization_id is distinct from o.organization_id',
      source: 'organization_id',
    },
    columns: new Map(rows.filter(({ relation }) => relation === relationName(table)).map(toColumn)),
    data: 'row',
    columnsEver: rows.find(({ relation }) => relation === relationName(table))?.columns_ever ?? 0,
    firstTimes: 'noted',
  }))
}

function toColumn({ name, type }: ColumnRow): [string, CapturedColumn] {
  const value = (alias: string): string => `${alias}.${quoteIdentifier(name)}`
  return [name, { source: name, value, comparable: (alias) => toComparable(value(alias), type) }]
}
