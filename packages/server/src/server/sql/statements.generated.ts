// Written by `npm run generate` from the .sql files beside it: change them.
import { typedStatement } from '../../database/statement.ts'

export const hasMigrations = typedStatement<
  object,
  {
    is_there: boolean
  }
>(import.meta.url, 'has-migrations')

export const hasReferenceCrm = typedStatement<
  object,
  {
    is_there: boolean
  }
>(import.meta.url, 'has-reference-crm')

export const holdMark = typedStatement<
  {
    mark: number
  },
  {
    pg_advisory_xact_lock: string | null
  }
>(import.meta.url, 'hold-mark')

export const isMarkFree = typedStatement<
  {
    mark: number
  },
  {
    is_free: boolean
  }
>(import.meta.url, 'is-mark-free')

export const readVersion = typedStatement<
  object,
  {
    version: string
  }
>(import.meta.url, 'read-version')

export const storeEventTypes = typedStatement<
  {
    types: string
  },
  object
>(import.meta.url, 'store-event-types')

export const storeMessageTexts = typedStatement<
  {
    texts: string
  },
  object
>(import.meta.url, 'store-message-texts')
