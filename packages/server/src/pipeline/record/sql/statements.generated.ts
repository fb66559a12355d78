// Written by `npm run generate` from the .sql files beside it: change them.
import { typedStatement } from '../../../database/statement.ts'

export const describeDelivery = typedStatement<
  {
    deliveryId: string
  },
  {
    organization_id: string
    webhook_id: string
    event_id: string
    event: string
  }
>(import.meta.url, 'describe-delivery')

export const filterDelivery = typedStatement<
  {
    deliveryId: string
    lease: string
    reason: string
  },
  object
>(import.meta.url, 'filter-delivery')

export const giveUpDelivery = typedStatement<
  {
    deliveryId: string
    lease: string | null
    reason: string
    attemptId: string
    errorCode: string
    diagnosis: string
    isLogged: boolean
  },
  object
>(import.meta.url, 'give-up-delivery')

export const keepLeases = typedStatement<
  {
    deliveries: readonly string[] | string
    leases: readonly string[] | string
  },
  object
>(import.meta.url, 'keep-leases')

export const leaveQueue = typedStatement<
  {
    deliveryId: string
    lease: string | null
  },
  object
>(import.meta.url, 'leave-queue')

export const recordAttempts = typedStatement<
  {
    attempts: string
  },
  object
>(import.meta.url, 'record-attempts')

export const recordFaults = typedStatement<
  {
    organizations: readonly string[] | string
    stages: readonly string[] | string
    events: readonly string[] | string
    eventTypes: readonly string[] | string
    webhooks: readonly string[] | string
    deliveries: readonly string[] | string
    reasons: readonly string[] | string
  },
  object
>(import.meta.url, 'record-faults')

export const recordSuccesses = typedStatement<
  {
    ids: readonly string[] | string
    deliveries: readonly string[] | string
    leases: readonly string[] | string
    attempts: readonly number[] | string
    triggers: readonly string[] | string
    urls: readonly string[] | string
    durationsMs: readonly number[] | string
    requestHeaders: readonly string[] | string
    responseHeaders: readonly string[] | string
    responseBodies: readonly string[] | string
    createdAt: readonly string[] | string
    organizations: readonly string[] | string
    webhooks: readonly string[] | string
    events: readonly string[] | string
    eventTypes: readonly string[] | string
    responseCode: number
    lowestDelivery: string
    highestDelivery: string
  },
  object
>(import.meta.url, 'record-successes')

export const setAside = typedStatement<
  {
    deliveryId: string
    lease: string | null
    reason: string
    isEnded: boolean
  },
  object
>(import.meta.url, 'set-aside')
