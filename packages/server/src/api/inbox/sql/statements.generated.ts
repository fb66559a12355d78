// Written by `npm run generate` from the .sql files beside it: change them.
import { typedStatement } from '../../../database/statement.ts'

export const findInbox = typedStatement<
  {
    id: string
  },
  {
    id: string
    organization_id: string
    response_status: number
    targets: string | null
  }
>(import.meta.url, 'find-inbox')

export const storeRequest = typedStatement<
  {
    inboxId: string
    organizationId: string
    method: string
    headers: string
    body: string
    bodyBytes: number
    signature: string
  },
  object
>(import.meta.url, 'store-request')
