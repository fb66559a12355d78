/** The parsed query string, before any of its names is looked up. */

export interface JsonStep {
  arrow: '->' | '->>'
  key: string | number
}

/** A column, or a path inside a JSON column. */
export interface Field {
  name: string
  path: readonly JsonStep[]
}

export interface Embed {
  kind: 'embed'
  relation: string
  alias: string | null
  /** A foreign key or column that selects one of several relationships. */
  hint: string | null
  join: 'inner' | 'left'
  spread: boolean
  select: readonly SelectItem[]
}

export type AggregateName = 'count' | 'sum' | 'avg' | 'max' | 'min'

/** `cast` applies to its result. */
export interface Aggregate {
  name: AggregateName
  cast: string | null
}

export type SelectItem =
  | { kind: 'star' }
  | { kind: 'column'; field: Field; alias: string | null; cast: string | null }
  /** Without a field it counts rows. `cast` applies to the field. */
  | {
      kind: 'aggregate'
      field: Field | null
      alias: string | null
      cast: string | null
      aggregate: Aggregate
    }
  | Embed

export type Comparison =
  | 'eq'
  | 'neq'
  | 'gt'
  | 'gte'
  | 'lt'
  | 'lte'
  | 'like'
  | 'ilike'
  | 'match'
  | 'imatch'
  | 'isdistinct'
  | 'cs'
  | 'cd'
  | 'ov'
  | 'sl'
  | 'sr'
  | 'nxl'
  | 'nxr'
  | 'adj'

export type TextSearch = 'fts' | 'plfts' | 'phfts' | 'wfts'

export type Quantifier = 'any' | 'all'

export type Truth = 'null' | 'not_null' | 'true' | 'false' | 'unknown'

export type Operation =
  | { kind: 'compare'; operator: Comparison; quantifier: Quantifier | null; value: string }
  | { kind: 'in'; values: readonly string[] }
  | { kind: 'is'; truth: Truth }
  | { kind: 'search'; operator: TextSearch; language: string | null; value: string }
  /** Any time of that day, in UTC. */
  | { kind: 'day'; date: string }

export interface Filter {
  kind: 'filter'
  field: Field
  negated: boolean
  operation: Operation
}

export interface Logic {
  kind: 'logic'
  operator: 'and' | 'or'
  negated: boolean
  conditions: readonly Condition[]
}

export type Condition = Filter | Logic

export interface OrderTerm {
  /** The embedded resource that has the column; null for the table itself. */
  relation: string | null
  field: Field
  direction: 'asc' | 'desc' | null
  nulls: 'first' | 'last' | null
}

export interface Limits {
  limit: number | null
  offset: number | null
}

/** The clauses of one resource of the request: the table itself, whose path is empty, or an embedded resource. */
export interface Scoped extends Limits {
  path: readonly string[]
  conditions: readonly Condition[]
  order: readonly OrderTerm[]
}

export interface QueryTree {
  select: readonly SelectItem[]
  root: Scoped
  embedded: readonly Scoped[]
  columns: readonly string[] | null
  onConflict: readonly string[] | null
}
