// Written by `npm run generate` from the .sql files beside it: change them.
import { typedStatement } from '../../../database/statement.ts'

export const replaceUpdates = typedStatement<
  {
    deliveries: readonly string[] | string
  },
  object
>(import.meta.url, 'replace-updates')
