import { listColumns } from './schema-cache.ts'
import type { Catalog, Column, Relation } from './schema.ts'
import type { Role } from '../../domain/principal.ts'
import { isToOne } from './relationships.ts'
import type { Rules } from './table-rules.ts'

/** A role's privileges on a table: the columns that it may read and write, and the resources that it can embed. */
export interface TableDescription {
  name: string
  comment: string | null
  primaryKey: readonly string[]
  readable: readonly Column[]
  insertable: readonly Column[]
  updatable: readonly Column[]
  /** True if a PUT can insert or change a row by its primary key. */
  isReplaceable: boolean
  isDeletable: boolean
  related: readonly RelatedTable[]
}

export interface RelatedTable {
  name: string
  isOne: boolean
}

export function describeTables(catalog: Catalog, rules: Rules, role: Role): TableDescription[] {
  return [...catalog.relations.values()]
    .map((relation) => describeTable(catalog, relation, rules, role))
    .filter(({ readable, insertable }) => readable.length > 0 || insertable.length > 0)
    .sort((one, other) => one.name.localeCompare(other.name))
}

export function describeTable(
  { relationships }: Catalog,
  relation: Relation,
  rules: Rules,
  role: Role,
): TableDescription {
  const { writable, insert } = (Object.hasOwn(rules, relation.name) ? rules[relation.name] : undefined) ?? {}
  const isWritable = ({ name }: Column): boolean => writable === undefined || writable.includes(name)
  const insertable = listColumns(relation, role, 'insert').filter(isWritable)
  const updatable = listColumns(relation, role, 'update').filter(isWritable)
  const isGiven = (key: string): boolean => insertable.some((column) => column.name === key)
  const isVisible = (other: Relation): boolean => listColumns(other, role, 'select').length > 0
  return {
    name: relation.name,
    comment: relation.comment,
    primaryKey: relation.primaryKey,
    readable: listColumns(relation, role, 'select'),
    insertable,
    updatable,
    isReplaceable:
      insert !== 'idempotent' &&
      relation.primaryKey.length > 0 &&
      relation.primaryKey.every(isGiven) &&
      updatable.length > 0,
    isDeletable: relation.deletableBy.includes(role),
    related: relationships
      .filter(({ from, to }) => from === relation && isVisible(to))
      .map((relationship) => ({ name: relationship.to.name, isOne: isToOne(relationship) })),
  }
}
