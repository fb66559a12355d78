// Written by `npm run generate` from the .sql files beside it: change them.
import { typedStatement } from '../../database/statement.ts'

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
