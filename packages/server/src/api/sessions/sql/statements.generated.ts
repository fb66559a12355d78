// Written by `npm run generate` from the .sql files beside it: change them.
import { typedStatement } from '../../../database/statement.ts'

export const createLink = typedStatement<
  {
    organizationId: string
    tokenHash: string
    apiKeyId: string | null
    serviceMark: string | null
    seconds: number
    sessionId: string | null
  },
  {
    expires_at: Date
  }
>(import.meta.url, 'create-link')

export const endSession = typedStatement<
  {
    tokenHash: string
  },
  object
>(import.meta.url, 'end-session')

export const findSession = typedStatement<
  {
    tokenHash: string
    serviceMarks: readonly string[] | string
  },
  {
    id: string
    organization_id: string | null
    scope: string
    api_key_id: string | null
    service_mark: string | null
    is_of_link: boolean
    key_name: string | null
    key_hint: string | null
    expires_at: Date
    latest_end: Date
    is_stale: boolean
  }
>(import.meta.url, 'find-session')

export const openSession = typedStatement<
  {
    tokenHash: string
    organizationId: string | null
    scope: string
    apiKeyId: string | null
    serviceMark: string | null
  },
  {
    id: string
    organization_id: string | null
    scope: string
    expires_at: Date
    latest_end: Date
  }
>(import.meta.url, 'open-session')

export const redeemLink = typedStatement<
  {
    linkHash: string
    tokenHash: string
    serviceMarks: readonly string[] | string
  },
  {
    id: string
    organization_id: string | null
    scope: string
    expires_at: Date
    latest_end: Date
  }
>(import.meta.url, 'redeem-link')

export const touchSession = typedStatement<
  {
    id: string
  },
  object
>(import.meta.url, 'touch-session')
