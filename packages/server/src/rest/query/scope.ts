import type { Role } from '../../domain/principal.ts'
import type { OrderTerm } from '../request/query-tree.ts'
import type { Relation } from '../schema-cache/schema.ts'

/** Where names are looked up: a relation as one role sees it, under its alias in the statement. */
export interface Scope {
  relation: Relation
  role: Role
  alias: string
  /** What is embedded in it, by the name that the request gives it. */
  embeds?: ReadonlyMap<string, BuiltEmbed>
}

/** An embedded resource as its parent's statement uses it. */
export interface BuiltEmbed {
  isToOne: boolean
  /** What it adds to the parent's rows. */
  outputs: readonly Output[]
  /** Goes behind the parent's source; '' where the value is only read in the select list, after order and limit. */
  join: string
  /** Whether `join` has a part in which rows of the parent there are. */
  restricts: boolean
  /** SQL: whether a row of the parent has any. */
  found: string
  /** The SQL that each of the parent's order terms about this resource stands for. */
  order: ReadonlyMap<OrderTerm, string>
}

/** One key of each row of the answer. */
export interface Output {
  sql: string
  key: string
}
