import type { Role } from '../../domain/principal.ts'
import type { Aggregate, Field, OrderTerm } from '../request/query-tree.ts'
import type { Relation } from '../schema-cache/schema.ts'

/** Resolves names: a relation as one role sees it, under its alias in the statement. */
export interface Scope {
  relation: Relation
  role: Role
  alias: string
  /** Its embedded resources, by their name in the request. */
  embeds?: ReadonlyMap<string, BuiltEmbed>
}

/** An embedded resource as its parent's statement uses it. */
export interface BuiltEmbed {
  isToOne: boolean
  /** The outputs that it adds to the parent's rows. */
  outputs: readonly Output[]
  /** To follow the parent's source; '' if the value is only read in the select list, after order and limit. */
  join: string
  /** True if `join` filters the parent's rows. */
  restricts: boolean
  /** SQL: tests if a row of the parent has related rows. */
  found: string
  /** The SQL for each of the parent's order terms about this resource. */
  order: ReadonlyMap<OrderTerm, string>
}

/** One key of each row in the response. */
export interface Output {
  sql: string
  key: string
  /** To be applied to `sql` by the resource whose rows are grouped. */
  aggregate?: Aggregate
  /** What it shows, by which `order` refers to it when rows are grouped. */
  origin?: Origin
}

export interface Origin {
  /** The spread resource that has the field; null for the resource itself. */
  relation: string | null
  field: Field
}
