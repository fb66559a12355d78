// Written by `npm run generate` from the .sql files beside it: change them.
import { typedStatement } from '../../database/statement.ts'

export const addPartition = typedStatement<
  {
    parent: string
    day: string
  },
  {
    add_partition: boolean | null
  }
>(import.meta.url, 'add-partition')

export const cancelExpired = typedStatement<
  {
    lowest: string
    beyond: string
    batch: number
  },
  object
>(import.meta.url, 'cancel-expired')

export const deleteExpiredAttempts = typedStatement<
  {
    keptDays: number
    batch: number
  },
  object
>(import.meta.url, 'delete-expired-attempts')

export const deleteExpiredDeliveries = typedStatement<
  {
    keptDays: number
    batch: number
  },
  object
>(import.meta.url, 'delete-expired-deliveries')

export const deleteExpiredEvents = typedStatement<
  {
    keptDays: number
    batch: number
  },
  object
>(import.meta.url, 'delete-expired-events')

export const deleteRowsOf = typedStatement<
  {
    organizationId: string
    ofTable: string
    batch: number
  },
  {
    deleted: number
  }
>(import.meta.url, 'delete-rows-of')

export const expireAuditLog = typedStatement<
  {
    retentionMs: number
    batch: number
  },
  object
>(import.meta.url, 'expire-audit-log')

export const expireCalls = typedStatement<
  {
    batch: number
  },
  object
>(import.meta.url, 'expire-calls')

export const expireFaults = typedStatement<
  {
    retentionMs: number
    batch: number
  },
  object
>(import.meta.url, 'expire-faults')

export const expireInboxes = typedStatement<
  object,
  object
>(import.meta.url, 'expire-inboxes')

export const expireSessions = typedStatement<
  object,
  object
>(import.meta.url, 'expire-sessions')

export const expireSigningKeys = typedStatement<
  object,
  object
>(import.meta.url, 'expire-signing-keys')

export const finishDeletedOrganization = typedStatement<
  {
    organizationId: string
  },
  object
>(import.meta.url, 'finish-deleted-organization')

export const handOverTables = typedStatement<
  object,
  {
    hand_over_tables: string | null
  }
>(import.meta.url, 'hand-over-tables')

export const listExpiredPartitions = typedStatement<
  {
    keptDays: number
  },
  {
    partition: string
    lowest: string
    beyond: string
  }
>(import.meta.url, 'list-expired-partitions')

export const listMissingDays = typedStatement<
  {
    daysAhead: number
    parent: string
  },
  {
    day: string
  }
>(import.meta.url, 'list-missing-days')

export const listSetAside = typedStatement<
  {
    limit: number
  },
  {
    delivery_id: string
  }
>(import.meta.url, 'list-set-aside')

export const listTablesOfOrganizations = typedStatement<
  object,
  {
    name: string
  }
>(import.meta.url, 'list-tables-of-organizations')

export const pickDeletedOrganization = typedStatement<
  object,
  {
    organization_id: string
    is_busy: boolean
  }
>(import.meta.url, 'pick-deleted-organization')

export const prepareDefault = typedStatement<
  {
    parent: string
    day: string
  },
  {
    validation: string | null
  }
>(import.meta.url, 'prepare-default')

export const releaseSetAside = typedStatement<
  {
    deliveryIds: readonly string[] | string
  },
  object
>(import.meta.url, 'release-set-aside')

export const tryLock = typedStatement<
  {
    key: number
  },
  {
    is_ours: boolean
  }
>(import.meta.url, 'try-lock')

export const waitBrieflyForLocks = typedStatement<
  object,
  object
>(import.meta.url, 'wait-briefly-for-locks')
