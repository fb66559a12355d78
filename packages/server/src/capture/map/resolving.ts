import type { CrmTable } from '../crm-tables.ts'
import type { DescribeExpression } from './describe-expression.ts'
import type { Organizations } from './map-schema.ts'

/** What resolving a map needs, and what it finds. */
export interface Resolving {
  all: readonly CrmTable[]
  organizations: Organizations | undefined
  /** The schema of tables that are named without one: that of a tenant. */
  schema: string | undefined
  describe: DescribeExpression
  /** Each names the place in the map, the problem and the fix. */
  problems: string[]
  /** Harmless problems: something that may not work as expected. */
  warnings: string[]
}
