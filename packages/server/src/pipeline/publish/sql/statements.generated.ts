// Written by `npm run generate` from the .sql files beside it: change them.
import { typedStatement } from '../../../database/statement.ts'

export const endPublished = typedStatement<
  {
    nodeId: string
    lease: string
    ids: readonly number[] | string
    forgetsEvents: boolean
  },
  {
    ended: number
  }
>(import.meta.url, 'end-published')

export const leaseToPublish = typedStatement<
  {
    except: readonly number[] | string
    nodeId: string
    limit: number
  },
  {
    outbox_id: number
    is_retaken: boolean
    id: string
    organization_id: string
    event: string
    data: string
    previous: string | null
    timestamp: string
    source: string
    origin: string | null
    traceparent: string | null
    created_ms: number
  }
>(import.meta.url, 'lease-to-publish')
