// Written by `npm run generate` from the .sql files beside it: change them.
import { typedStatement } from '../../../database/statement.ts'

export const countBacklog = typedStatement<
  {
    max: number
  },
  {
    backlog: number
  }
>(import.meta.url, 'count-backlog')

export const readBacklog = typedStatement<
  object,
  {
    backlog: number
  }
>(import.meta.url, 'read-backlog')
