// Written by `npm run generate` from the .sql files beside it: change them.
import { typedStatement } from '../../../database/statement.ts'

export const countRecipients = typedStatement<
  {
    organizationId: string
  },
  {
    count: number
  }
>(import.meta.url, 'count-recipients')

export const findInboxes = typedStatement<
  {
    ids: readonly string[] | string
  },
  {
    id: string
    organization_id: string
  }
>(import.meta.url, 'find-inboxes')

export const hasUnordered = typedStatement<
  {
    ids: readonly string[] | string
    coalesce: boolean | null
    ordering: string | null
  },
  {
    is_so: boolean
  }
>(import.meta.url, 'has-unordered')

export const listEndedSyncs = typedStatement<
  {
    ids: readonly string[] | string
  },
  {
    id: string
    status: string
  }
>(import.meta.url, 'list-ended-syncs')

export const listKeyOwners = typedStatement<
  {
    organizations: readonly string[] | string
  },
  {
    organization_id: string
  }
>(import.meta.url, 'list-key-owners')

export const listOwners = typedStatement<
  {
    ids: readonly string[] | string
  },
  {
    organization_id: string
  }
>(import.meta.url, 'list-owners')

export const listShapes = typedStatement<
  {
    ids: readonly string[] | string
  },
  {
    id: string
    format: string
    payload: string
    transform: string | null
  }
>(import.meta.url, 'list-shapes')

export const listSourcesWithoutToken = typedStatement<
  {
    ids: readonly string[] | string
  },
  {
    id: string
  }
>(import.meta.url, 'list-sources-without-token')

export const readEventNames = typedStatement<
  object,
  {
    name: string
  }
>(import.meta.url, 'read-event-names')

export const storeSigningKey = typedStatement<
  {
    id: string
    organizationId: string
    publicKey: string
    privateKey: string
  },
  {
    store_signing_key: string | null
  }
>(import.meta.url, 'store-signing-key')
