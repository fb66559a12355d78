// Written by `npm run generate` from the .sql files beside it: change them.
import { typedStatement } from '../../database/statement.ts'

export const advancePayload = typedStatement<
  {
    itemsDone: number
    reasons: string
    id: string
  },
  object
>(import.meta.url, 'advance-payload')

export const advanceStatus = typedStatement<
  {
    status: string
    reachedAt: Date | string
    error: string | null
    organizationId: string
    externalId: string
  },
  {
    id: string
  }
>(import.meta.url, 'advance-status')

export const earlyRoom = typedStatement<
  {
    maxEarly: number
    organizationId: string
  },
  {
    room: number
  }
>(import.meta.url, 'early-room')

export const findSource = typedStatement<
  {
    organizationId: string
    provider: string
  },
  {
    id: string
    secret: string
    verify_token: string | null
  }
>(import.meta.url, 'find-source')

export const finishPayload = typedStatement<
  {
    id: string
  },
  object
>(import.meta.url, 'finish-payload')

export const hasMessages = typedStatement<
  object,
  {
    has_messages: boolean
  }
>(import.meta.url, 'has-messages')

export const keepEarlyStatus = typedStatement<
  {
    organizationId: string
    externalId: string
    status: string
    reachedAt: Date | string
    error: string | null
  },
  object
>(import.meta.url, 'keep-early-status')

export const keepPayload = typedStatement<
  {
    organizationId: string
    provider: string
    reason: string
    payload: string
    maxBytes: number
  },
  object
>(import.meta.url, 'keep-payload')

export const lockSender = typedStatement<
  {
    organizationId: string
    phone: string
  },
  {
    pg_advisory_xact_lock: string | null
  }
>(import.meta.url, 'lock-sender')

export const nextPayload = typedStatement<
  {
    lastServed: string
  },
  {
    id: string
    organization_id: string
    provider: string
    items_done: number
    reasons: string
  }
>(import.meta.url, 'next-payload')

export const queuePayload = typedStatement<
  {
    sourceId: string
    organizationId: string
    maxWaiting: number
    provider: string
    payload: Buffer
    maxWaitingBytes: number
  },
  {
    id: string
    notified: string | null
  }
>(import.meta.url, 'queue-payload')

export const readPayload = typedStatement<
  {
    bytes: number
    id: string
  },
  {
    payload: Buffer
  }
>(import.meta.url, 'read-payload')

export const setOrigin = typedStatement<
  {
    origin: string
  },
  {
    set_config: string | null
  }
>(import.meta.url, 'set-origin')

export const storeMessage = typedStatement<
  {
    organizationId: string
    externalId: string
    phone: string
    name: string | null
    repliesTo: string | null
    type: string
    body: string | null
    media: string
    createdAt: Date | string
  },
  object
>(import.meta.url, 'store-message')

export const storeRecording = typedStatement<
  {
    organizationId: string
    externalId: string
    meetingNumber: string | null
    title: string | null
    hostEmail: string | null
    startsAt: Date | string | null
    durationMinutes: number | null
    files: string
    shareUrl: string | null
  },
  object
>(import.meta.url, 'store-recording')

export const takeEarlyStatuses = typedStatement<
  {
    limit: number
  },
  {
    organization_id: string
    external_id: string
    status: string
    reached_at: Date
    error: string | null
  }
>(import.meta.url, 'take-early-statuses')
