/** What each table of `/rest/v1` is for, and rows for it: the source of the access tests. */
export interface ExposedTable {
  methods: 'all' | 'read and insert' | 'read and change' | 'read'
  /** Who reads the table besides the operator: every key of an organization within its scope, admins only, or no key. */
  audience: 'everybody' | 'admins' | 'operator'
  /** Run as the owner for each organization ($1): after them it has exactly one row of it, or one more. */
  seed: readonly string[]
  /** Who writes; default: the audience. */
  writers?: 'operator'
  /** What a client inserts, and a change. */
  row?: (organization: string) => Record<string, unknown>
  change?: Record<string, unknown>
  /** What the API adds to a row before it is stored. */
  stored?: Record<string, unknown>
  /** A filter that every row passes, of a table that is no organization's; default: one by name. */
  all?: string
}
