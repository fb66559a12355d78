// Written by `npm run generate` from the .sql files beside it: change them.
import { typedStatement } from '../../database/statement.ts'

export const allowResealing = typedStatement<
  object,
  {
    set_config: string | null
  }
>(import.meta.url, 'allow-resealing')

export const listTables = typedStatement<
  object,
  {
    schema: string
    name: string
  }
>(import.meta.url, 'list-tables')

export const setActor = typedStatement<
  {
    actor: string
  },
  {
    set_config: string | null
  }
>(import.meta.url, 'set-actor')

export const writeAudit = typedStatement<
  {
    rows: string
  },
  {
    write_audit: string | null
  }
>(import.meta.url, 'write-audit')
