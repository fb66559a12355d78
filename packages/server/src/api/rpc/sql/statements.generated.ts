// Written by `npm run generate` from the .sql files beside it: change them.
import { typedStatement } from '../../../database/statement.ts'

export const claimCheckup = typedStatement<
  {
    webhookId: string
    claim: string
    seconds: number
  },
  {
    wait_seconds: number
  }
>(import.meta.url, 'claim-checkup')

export const countMentions = typedStatement<
  {
    organizationId: string
    terms: readonly string[] | string
  },
  {
    matched: number
  }
>(import.meta.url, 'count-mentions')

export const deleteSigningKeys = typedStatement<
  {
    organizationId: string
  },
  object
>(import.meta.url, 'delete-signing-keys')

export const findDelivery = typedStatement<
  {
    id: string
  },
  {
    webhook_id: string
    is_erased: boolean
  }
>(import.meta.url, 'find-delivery')

export const findEventBody = typedStatement<
  {
    id: string
  },
  {
    id: string
    organization_id: string
    body: string
  }
>(import.meta.url, 'find-event-body')

export const findRedelivery = typedStatement<
  {
    id: string
  },
  {
    id: string
  }
>(import.meta.url, 'find-redelivery')

export const findShape = typedStatement<
  {
    id: string
  },
  {
    organization_id: string
    events: string[]
    format: string
    payload: string
    transform: string | null
    redact: string[]
  }
>(import.meta.url, 'find-shape')

export const findTarget = typedStatement<
  {
    webhookId: string
  },
  {
    webhook_id: string
    url: string
    secret: string | null
    previous_secret: string | null
    sealed_headers: string | null
    sealed_auth: string | null
    signing_keys: string | null
    timeout_ms: number | null
    max_in_flight: number | null
    is_healthy: boolean
    is_held: boolean
    is_parked: boolean
    is_ordered: boolean
    redact: string[] | null
    shape: string | null
  }
>(import.meta.url, 'find-target')

export const findWebhook = typedStatement<
  {
    id: string
  },
  {
    organization_id: string
    events: string[]
    is_active: boolean
    previous_secret_until: Date | null
  }
>(import.meta.url, 'find-webhook')

export const insertSigningKey = typedStatement<
  {
    id: string
    organizationId: string
    publicKey: string
    privateKey: string
  },
  {
    id: string
  }
>(import.meta.url, 'insert-signing-key')

export const isBehind = typedStatement<
  {
    id: string
  },
  {
    is_behind: boolean
  }
>(import.meta.url, 'is-behind')

export const listAlertRecipients = typedStatement<
  {
    organizationId: string
    limit: number
  },
  {
    id: string
    email: string
    locale: string
  }
>(import.meta.url, 'list-alert-recipients')

export const listCaptures = typedStatement<
  object,
  {
    table_name: string
    record: string
    status: string
    problems: string[]
    checked_at: Date | null
  }
>(import.meta.url, 'list-captures')

export const listEventTypes = typedStatement<
  object,
  {
    name: string
    example: string
  }
>(import.meta.url, 'list-event-types')

export const listRecentEvents = typedStatement<
  {
    organizationId: string
    maxEvents: number
    maxBytes: number
  },
  {
    id: string
    event: string
    timestamp: Date
    data: string
    previous: string | null
  }
>(import.meta.url, 'list-recent-events')

export const lockSigningKeys = typedStatement<
  {
    organizationId: string
  },
  {
    id: string
    expires_at: Date | null
  }
>(import.meta.url, 'lock-signing-keys')

export const readLost = typedStatement<
  object,
  {
    rows: number
    drifts: number
    since: Date | null
  }
>(import.meta.url, 'read-lost')

export const readRequestHeaders = typedStatement<
  {
    id: string
  },
  {
    request_headers: string | null
  }
>(import.meta.url, 'read-request-headers')

export const releaseCheckup = typedStatement<
  {
    webhookId: string
    claim: string
  },
  object
>(import.meta.url, 'release-checkup')

export const replaceSigningKey = typedStatement<
  {
    overlap: number
    organizationId: string
  },
  {
    expires_at: Date | null
  }
>(import.meta.url, 'replace-signing-key')

export const rotateSecret = typedStatement<
  {
    secret: string
    hint: string
    overlapHours: number
    webhookId: string
  },
  {
    previous_secret_until: Date | null
  }
>(import.meta.url, 'rotate-secret')

export const startErasure = typedStatement<
  {
    organizationId: string
    recordId: string
    object: string | null
    terms: readonly string[] | string
  },
  {
    id: string
  }
>(import.meta.url, 'start-erasure')

export const storeCheckup = typedStatement<
  {
    url: string
    status: string
    checks: string
    checkedAt: Date | string
    webhookId: string
  },
  object
>(import.meta.url, 'store-checkup')

export const writeBody = typedStatement<
  {
    event: string
    timestamp: Date | string
    data: string
    previous: string | null
  },
  {
    body: string
  }
>(import.meta.url, 'write-body')
