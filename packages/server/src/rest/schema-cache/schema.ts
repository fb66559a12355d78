import type { Role } from '../../domain/principal.ts'
import type { Constraint } from './constraints.ts'

export type Privilege = 'select' | 'insert' | 'update'

export interface Column {
  name: string
  /** The type's name in SQL text. */
  type: string
  /** The base type of a domain; for any other type, the type itself. */
  baseType: string
  /** The type that its values are compared and sorted as, if another one. */
  comparedAs?: string
  isNullable: boolean
  isGenerated: boolean
  /** The SQL expression. */
  default: string | null
  comment: string | null
  /** The columns whose texts have the codes that this one shows: it is computed, and only read where it is named. */
  codesOf?: readonly string[]
  privileges: Readonly<Record<Role, Readonly<Record<Privilege, boolean>>>>
}

export interface Relation {
  schema: string
  name: string
  comment: string | null
  /** Schema and name, quoted. */
  sql: string
  columns: ReadonlyMap<string, Column>
  primaryKey: readonly string[]
  /** Sets of columns whose values are unique per row, including the primary key. */
  uniqueKeys: readonly (readonly string[])[]
  constraints: readonly Constraint[]
  deletableBy: readonly Role[]
}

/** From the columns of one exposed relation to those of another. */
export interface ForeignKey {
  name: string
  from: Relation
  columns: readonly string[]
  to: Relation
  references: readonly string[]
}

export type Cardinality = 'many-to-one' | 'one-to-one' | 'one-to-many' | 'many-to-many'

/** Links the rows of one relation to those of another: pairs of columns that are equal. */
export interface Relationship {
  /** Name of the foreign key; for a many-to-many relationship, name of its junction. */
  name: string
  cardinality: Cardinality
  from: Relation
  columns: readonly string[]
  to: Relation
  references: readonly string[]
  /** True if the foreign key belongs to `from`. */
  isOutward: boolean
  junction: Junction | null
}

/** The table in between: `columns` of `from` equal its `near`, and its `far` equals `references` of `to`. */
export interface Junction {
  relation: Relation
  near: readonly string[]
  far: readonly string[]
}

export interface Catalog {
  relations: ReadonlyMap<string, Relation>
  relationships: readonly Relationship[]
}
