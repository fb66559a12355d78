// Written by `npm run generate` from the .sql files beside it: change them.
import { typedStatement } from '../../../database/statement.ts'

export const listPublicKeys = typedStatement<
  {
    organizations: readonly string[] | string
  },
  {
    organization_id: string
    id: string
    public_key: string
  }
>(import.meta.url, 'list-public-keys')
