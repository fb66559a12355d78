// Written by `npm run generate` from the .sql files beside it: change them.
import { typedStatement } from '../../../database/statement.ts'

export const endPublished = typedStatement<
  {
    nodeId: string
    lease: string
    ids: readonly number[] | string
  },
  {
    is_held: boolean
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
    organization_id: string
    id: string | null
    event: string | null
    data: string | null
    previous: string | null
    timestamp: string | null
    source: string | null
    origin: string | null
    traceparent: string | null
    created_ms: number | null
  }
>(import.meta.url, 'lease-to-publish')
