// Written by `npm run generate` from the .sql files beside it: change them.
import { typedStatement } from '../../database/statement.ts'

export const readTransform = typedStatement<
  {
    webhookId: string
    version: number
  },
  {
    source: string
  }
>(import.meta.url, 'read-transform')
