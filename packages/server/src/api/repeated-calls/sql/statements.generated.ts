// Written by `npm run generate` from the .sql files beside it: change them.
import { typedStatement } from '../../../database/statement.ts'

export const claimCall = typedStatement<
  {
    id: string
    credentialId: string
    requestHash: string
    claim: string
    claimMs: number
    maxCalls: number
    maxBytes: number
  },
  {
    id: string
  }
>(import.meta.url, 'claim-call')

export const extendClaim = typedStatement<
  {
    claimMs: number
    id: string
    claim: string
  },
  object
>(import.meta.url, 'extend-claim')

export const keepResponse = typedStatement<
  {
    response: string | null
    id: string
    claim: string
  },
  object
>(import.meta.url, 'keep-response')

export const readCall = typedStatement<
  {
    requestHash: string
    id: string
  },
  {
    is_same: boolean
    is_running: boolean
    response: string | null
  }
>(import.meta.url, 'read-call')

export const releaseCall = typedStatement<
  {
    id: string
    claim: string
  },
  object
>(import.meta.url, 'release-call')
