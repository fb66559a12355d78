// Written by `npm run generate` from the .sql files beside it: change them.
import { typedStatement } from '../../../database/statement.ts'

export const markStreamed = typedStatement<
  object,
  {
    set_config: string | null
  }
>(import.meta.url, 'mark-streamed')

export const readStored = typedStatement<
  {
    events: readonly string[] | string
    organizations: readonly string[] | string
  },
  {
    id: string
    organization_id: string
  }
>(import.meta.url, 'read-stored')

export const writeStreamed = typedStatement<
  {
    storedIds: readonly string[] | string
    storedOrganizations: readonly string[] | string
    storedTypes: readonly string[] | string
    data: readonly string[] | string
    previous: readonly string[] | string
    happenedAt: readonly string[] | string
    sources: readonly string[] | string
    acceptedAt: readonly string[] | string
    origins: readonly string[] | string
    traceparents: readonly string[] | string
    ids: readonly string[] | string
    organizations: readonly string[] | string
    webhooks: readonly string[] | string
    events: readonly string[] | string
    eventTypes: readonly string[] | string
    statuses: readonly string[] | string
    reasons: readonly string[] | string
    recordIds: readonly string[] | string
    redact: readonly string[] | string
    createdAt: readonly string[] | string
    leaseMs: readonly number[] | string
    attemptIds: readonly string[] | string
    urls: readonly string[] | string
    errorCodes: readonly string[] | string
    errorMessages: readonly string[] | string
    diagnoses: readonly string[] | string
    responseCodes: readonly number[] | string
    durationsMs: readonly number[] | string
    requestHeaders: readonly string[] | string
    requestBodies: readonly string[] | string
    responseHeaders: readonly string[] | string
    responseBodies: readonly string[] | string
    sentAt: readonly string[] | string
    hasTurn: readonly boolean[] | string
    shapes: readonly string[] | string
    lease: string
    nodeId: string
  },
  {
    written: number
  }
>(import.meta.url, 'write-streamed')
