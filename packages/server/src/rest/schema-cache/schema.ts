import type { Role } from '../../domain/principal.ts'

export type Privilege = 'select' | 'insert' | 'update'

export interface Column {
  name: string
  /** As SQL text names it. */
  type: string
  /** What a domain is made of; the type itself for any other. */
  baseType: string
  isNullable: boolean
  isGenerated: boolean
  /** The SQL expression. */
  default: string | null
  comment: string | null
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
  /** Sets of columns that no two rows share the values of, the primary key among them. */
  uniqueKeys: readonly (readonly string[])[]
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

/** A way from the rows of one relation to those of another: columns that are equal, pair by pair. */
export interface Relationship {
  /** Of the foreign key; of a many-to-many relationship that of its junction. */
  name: string
  cardinality: Cardinality
  from: Relation
  columns: readonly string[]
  to: Relation
  references: readonly string[]
  /** Whether the foreign key is one of `from`. */
  isOutward: boolean
  junction: Junction | null
}

/** What stands between: `columns` of `from` equal `near` of it, and `far` of it equal `references` of `to`. */
export interface Junction {
  relation: Relation
  near: readonly string[]
  far: readonly string[]
}

export interface Catalog {
  relations: ReadonlyMap<string, Relation>
  relationships: readonly Relationship[]
}
