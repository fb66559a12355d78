// Written by `npm run generate` from the .sql files beside it: change them.
import { typedStatement } from '../../../database/statement.ts'

export const announceRelay = typedStatement<
  {
    listensMs: number
    hasProgressed: boolean
  },
  {
    setval: number | null
    case: number | null
  }
>(import.meta.url, 'announce-relay')

export const hasEvents = typedStatement<
  {
    except: readonly number[] | string
  },
  {
    has_events: boolean
  }
>(import.meta.url, 'has-events')

export const leaveOutbox = typedStatement<
  {
    outboxId: number
  },
  {
    id: string
    organization_id: string
    event: string
    origin: string | null
    traceparent: string | null
  }
>(import.meta.url, 'leave-outbox')

export const listWaiting = typedStatement<
  {
    except: readonly number[] | string
    limit: number
  },
  {
    id: number
  }
>(import.meta.url, 'list-waiting')

export const stayAwake = typedStatement<
  {
    awakeMs: number
  },
  {
    setval: number | null
  }
>(import.meta.url, 'stay-awake')

export const takeEvents = typedStatement<
  {
    except: readonly number[] | string
    only: readonly number[] | string | null
    limit: number
  },
  {
    id: string
    organization_id: string
    event: string
    origin: string | null
    traceparent: string | null
    body: string
  }
>(import.meta.url, 'take-events')
