// Written by `npm run generate` from the .sql files beside it: change them.
import { typedStatement } from '../../../database/statement.ts'

export const storeLimits = typedStatement<
  {
    maxWebhooks: number
  },
  object
>(import.meta.url, 'store-limits')
