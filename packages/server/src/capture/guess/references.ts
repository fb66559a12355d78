import type { CrmColumn, CrmTable } from '../crm-tables.ts'
import { findColumn, qualifiedName } from '../crm-tables.ts'
import { comparisonKind } from '../map/find-names.ts'
import { isSame, sharedEnd, singular, tableWords, wordsOf } from './words.ts'

/** Where a column leads, by a constraint or by its name. */
export interface Reference {
  column: string
  table: CrmTable
  /** Unique and not null. */
  key: string
  isConstraint: boolean
}

const isUnique = (table: CrmTable, key: string): boolean =>
  table.keys.some((columns) => columns.length === 1 && columns[0] === key)

/** By the tables among which they lead: a CRM of a thousand tables is asked for the same ones again and again. */
const known = new WeakMap<readonly CrmTable[], WeakMap<CrmColumn, Reference | 'none'>>()

/** The table that a column refers to. */
export function referenceOf(
  from: CrmTable,
  column: CrmColumn,
  tables: readonly CrmTable[],
): Reference | undefined {
  const among = known.get(tables) ?? new WeakMap<CrmColumn, Reference | 'none'>()
  known.set(tables, among)
  const found = among.get(column) ?? findReference(from, column, tables) ?? 'none'
  among.set(column, found)
  return found === 'none' ? undefined : found
}

function findReference(
  from: CrmTable,
  column: CrmColumn,
  tables: readonly CrmTable[],
): Reference | undefined {
  const constraint = from.foreignKeys.find((key) => key.column === column.name)
  if (constraint !== undefined) {
    const table = tables.find(({ schema, name }) => schema === constraint.schema && name === constraint.table)
    if (table === undefined || !isUnique(table, constraint.references)) return undefined
    return { column: column.name, table, key: constraint.references, isConstraint: true }
  }
  return referenceByName(from, column, tables)
}

function referenceByName(
  from: CrmTable,
  column: CrmColumn,
  tables: readonly CrmTable[],
): Reference | undefined {
  const words = wordsOf(column.name)
  if (words.length < 2 || !/^(id|uuid|guid|fk|ref|no)$/.test(words.at(-1)!)) return undefined
  const stem = words.slice(0, -1).map(singular)
  const candidates = tables
    .map((table) => ({ table, score: likeness(stem, tableWords(table.name)), key: keyLike(table, column) }))
    .filter(({ score, key, table }) => score > 0 && key !== undefined && table !== from)
    .sort(
      (one, other) =>
        other.score - one.score ||
        Number(other.table.schema === from.schema) - Number(one.table.schema === from.schema) ||
        one.table.name.length - other.table.name.length,
    )
  const [best] = candidates
  return best && { column: column.name, table: best.table, key: best.key!, isConstraint: false }
}

/** The whole of one name has to be the end of the other. */
function likeness(stem: readonly string[], table: readonly string[]): number {
  if (isSame(stem, table)) return 100
  const shared = sharedEnd(stem, table)
  return shared > 0 && (shared === stem.length || shared === table.length || shared > 1) ? shared : 0
}

const keyLike = (table: CrmTable, { type }: CrmColumn): string | undefined =>
  table.keys
    .filter((columns) => columns.length === 1)
    .map(([name]) => findColumn(table, name!))
    .find((key) => key !== undefined && comparisonKind(key.type) === comparisonKind(type))?.name

export const referencesOf = (from: CrmTable, tables: readonly CrmTable[]): Reference[] =>
  from.columns.flatMap((column) => referenceOf(from, column, tables) ?? [])

export const isSameTable = (one: CrmTable | undefined, other: CrmTable | undefined): boolean =>
  one !== undefined && other !== undefined && qualifiedName(one) === qualifiedName(other)

/** Tables of people who work with the CRM; end users are customers. */
export function isUserTable({ name }: Pick<CrmTable, 'name'>): boolean {
  const words = tableWords(name)
  return (
    /^(user|member|agent|staff|employee|sales|seller|salesperson|profile|admin|operator|teammate)$/.test(
      words.at(-1) ?? '',
    ) && !/^(end|portal|external)$/.test(words.at(-2) ?? '')
  )
}
