// Written by `npm run generate` from the .sql files beside it: change them.
import { typedStatement } from '../../../database/statement.ts'

export const findApiKeys = typedStatement<
  {
    hashes: readonly string[] | string
  },
  {
    hash: string
    id: string
    organization_id: string
    scope: string
    name: string
    hint: string
    is_stale: boolean
  }
>(import.meta.url, 'find-api-keys')

export const touchApiKey = typedStatement<
  {
    id: string
  },
  object
>(import.meta.url, 'touch-api-key')
