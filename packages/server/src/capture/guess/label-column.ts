import { quoteLiteral } from '../../database/identifiers.ts'
import type { CrmColumn, CrmTable } from '../crm-tables.ts'
import { findColumn, qualifiedName } from '../crm-tables.ts'
import type { Guessing } from './guessing.ts'
import { nameSql } from './write-sql.ts'
import { isJson, isText, jsonKeys } from './plain-columns.ts'

const LABELS = [
  'name',
  'label',
  'title',
  'display_name',
  'displayName',
  'company_name',
  'key',
  'code',
  'slug',
  'value',
]

/** The column with what people call a row. */
export const labelColumn = (table: CrmTable): CrmColumn | undefined =>
  LABELS.map((name) => findColumn(table, name)).find(
    (column) => column !== undefined && column.canSelect && (isText(column) || isJson(column)),
  )

/** A table as the map names it: without a schema where each tenant has one. */
export const nameOf = (table: CrmTable, { isPerSchema }: Pick<Guessing, 'isPerSchema'>): string =>
  isPerSchema ? table.name : qualifiedName(table)

/** What people call a row of another table; names may be JSON by language. */
export function labelSql(table: CrmTable, label: CrmColumn, { sample }: Pick<Guessing, 'sample'>): string {
  if (!isJson(label)) return label.name
  const name = nameSql(label.name)
  const languages = jsonKeys(sample(table), label.name)
  const language = languages.find((key) => /^en/i.test(key)) ?? languages[0] ?? 'en'
  const first =
    label.type === 'jsonb'
      ? `jsonb_path_query_first(${name}, '$.*') #>> '{}'`
      : `(select value from json_each_text(${name}) limit 1)`
  return `coalesce(${name} ->> ${quoteLiteral(language).trim()}, ${first})`
}
