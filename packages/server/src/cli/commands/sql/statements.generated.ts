// Written by `npm run generate` from the .sql files beside it: change them.
import { typedStatement } from '../../../database/statement.ts'

export const hasMigrations = typedStatement<
  object,
  {
    is_there: boolean
  }
>(import.meta.url, 'has-migrations')

export const listMigrations = typedStatement<
  object,
  {
    name: string
  }
>(import.meta.url, 'list-migrations')
