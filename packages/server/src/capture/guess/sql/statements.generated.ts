// Written by `npm run generate` from the .sql files beside it: change them.
import { typedStatement } from '../../../database/statement.ts'

export const readColumnFacts = typedStatement<
  object,
  {
    schema: string
    table: string
    column: string
    is_not_null: boolean
    default: string | null
    checks: string | null
  }
>(import.meta.url, 'read-column-facts')
