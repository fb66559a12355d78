// Written by `npm run generate` from the .sql files beside it: change them.
import { typedStatement } from '../../../database/statement.ts'

export const advanceSync = typedStatement<
  {
    afterCapture: string
    afterKey: readonly string[] | string
    isRead: boolean
    failed: number
    id: string
  },
  object
>(import.meta.url, 'advance-sync')

export const beginSync = typedStatement<
  {
    beginsAfter: number
    id: string
  },
  object
>(import.meta.url, 'begin-sync')

export const cancelSyncs = typedStatement<
  {
    limit: number
  },
  {
    stopped: number
  }
>(import.meta.url, 'cancel-syncs')

export const finishSyncs = typedStatement<
  object,
  object
>(import.meta.url, 'finish-syncs')

export const hasOpenSync = typedStatement<
  object,
  {
    is_open: boolean
  }
>(import.meta.url, 'has-open-sync')

export const isPreceded = typedStatement<
  {
    organizationId: string
    beginsAfter: number
  },
  {
    is_so: boolean
  }
>(import.meta.url, 'is-preceded')

export const keepToOne = typedStatement<
  {
    after: number
    eventIds: readonly string[] | string
  },
  object
>(import.meta.url, 'keep-to-one')

export const keyWaiting = typedStatement<
  {
    after: string
    limit: number
    webhookId: string
  },
  {
    last: string | null
  }
>(import.meta.url, 'key-waiting')

export const lastOutboxId = typedStatement<
  object,
  {
    id: number
  }
>(import.meta.url, 'last-outbox-id')

export const lastWaitingId = typedStatement<
  object,
  {
    id: number
  }
>(import.meta.url, 'last-waiting-id')

export const lockSync = typedStatement<
  {
    id: string
    afterCapture: string
    afterKey: readonly string[] | string
  },
  {
    id: string
  }
>(import.meta.url, 'lock-sync')

export const mayWait = typedStatement<
  {
    maxWaitMs: number
    id: string
  },
  {
    is_so: boolean
  }
>(import.meta.url, 'may-wait')

export const pauseSync = typedStatement<
  {
    reason: string
    id: string
  },
  object
>(import.meta.url, 'pause-sync')

export const pickSync = typedStatement<
  {
    window: number
    maxOpen: number
  },
  {
    id: string
    organization_id: string
    webhook_id: string
    record: string
    filter: string | null
    since: string | null
    begins_after: number | null
    after_capture: string
    after_key: string[]
    waiting: number
  }
>(import.meta.url, 'pick-sync')

export const postponeSync = typedStatement<
  {
    id: string
  },
  object
>(import.meta.url, 'postpone-sync')

export const settleSyncs = typedStatement<
  {
    limit: number
  },
  object
>(import.meta.url, 'settle-syncs')

export const startSync = typedStatement<
  {
    record: string
    filter: string | null
    since: Date | string | null
    matched: number | null
    webhookId: string
    organizationId: string
  },
  {
    id: string
  }
>(import.meta.url, 'start-sync')

export const writeExisting = typedStatement<
  {
    eventIds: readonly string[] | string
    deliveryIds: readonly string[] | string
    events: readonly string[] | string
    data: readonly string[] | string
    recordIds: readonly string[] | string
    organizationId: string
    webhookId: string
    shape: string | null
    syncId: string
  },
  object
>(import.meta.url, 'write-existing')
