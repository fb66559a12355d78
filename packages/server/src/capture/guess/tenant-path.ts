import type { CrmTable } from '../crm-tables.ts'
import { findColumn, qualifiedName } from '../crm-tables.ts'
import type { OrganizationSource } from '../map/map-schema.ts'
import type { Guessing } from './guessing.ts'
import type { Reference } from './references.ts'
import { isSameTable, isUserTable, referencesOf } from './references.ts'

export type JoinedOrganization = Extract<OrganizationSource, { column: string }>

const MAX_STEPS = 4

type Path = readonly { from: CrmTable; reference: Reference }[]

/** The shortest way from a table to that of tenants; columns that are never null and tables of records come first. */
export function findPath(from: CrmTable, to: CrmTable, guessing: Guessing): Path | undefined {
  let paths: Path[] = [[]]
  const seen = new Set([qualifiedName(from)])
  for (let steps = 0; steps < MAX_STEPS; steps++) {
    const next: Path[] = []
    for (const path of paths) {
      const end = path.at(-1)?.reference.table ?? from
      for (const reference of orderedReferences(end, guessing)) {
        const longer = [...path, { from: end, reference }]
        if (isSameTable(reference.table, to)) return longer
        if (seen.has(qualifiedName(reference.table)) || isUserTable(reference.table)) continue
        seen.add(qualifiedName(reference.table))
        next.push(longer)
      }
    }
    paths = next
  }
  return undefined
}

function orderedReferences(from: CrmTable, { tables, facts, found }: Guessing): Reference[] {
  const records = [...found.values()]
  const weight = ({ column, table, isConstraint }: Reference): number =>
    (facts(from, column).isNotNull ? 4 : 0) + (records.includes(table) ? 2 : 0) + (isConstraint ? 1 : 0)
  return referencesOf(from, tables).sort((one, other) => weight(other) - weight(one))
}

/** @param uuid a column of the table of tenants to end with, instead of its key */
export function toOrganization(path: Path, uuid: string | undefined): JoinedOrganization {
  const [first] = path
  const through = path.slice(0, -1).map(({ reference }, index) => ({
    table: qualifiedName(reference.table),
    key: reference.key,
    column: path[index + 1]!.reference.column,
  }))
  const last = path.at(-1)!.reference
  const end = uuid === undefined ? [] : [{ table: qualifiedName(last.table), key: last.key, column: uuid }]
  const all = [...through, ...end]
  return { column: first!.reference.column, ...(all.length === 0 ? {} : { through: all }) }
}

/** A UUID of the tenant beside a key of another type. */
export function findUuid(
  table: CrmTable,
  key: string,
  { facts }: Pick<Guessing, 'facts'>,
): string | undefined {
  if (findColumn(table, key)?.type === 'uuid') return undefined
  return table.columns.find(
    ({ name, type }) =>
      type === 'uuid' && /uuid|guid|public|external|key/i.test(name) && facts(table, name).isNotNull,
  )?.name
}
