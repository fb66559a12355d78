import { infiniteQueryOptions } from '@tanstack/react-query'
import type { Row } from '@connectgain/webhooks-client'
import { getRows, query, quoted } from './client.ts'

export type AuditEntry = Pick<
  Row<'audit_log'>,
  | 'id'
  | 'at'
  | 'action'
  | 'actor_kind'
  | 'actor_id'
  | 'actor_name'
  | 'changed'
  | 'old_values'
  | 'new_values'
  | 'ip_address'
>

const COLUMNS = 'id,at,action,actor_kind,actor_id,actor_name,changed,old_values,new_values,ip_address'
const PAGE = 25

type Position = Pick<AuditEntry, 'id' | 'at'>

/** Reads the changes of a webhook, the latest first, page by page. */
export const auditLogQuery = (webhookId: string) =>
  infiniteQueryOptions({
    queryKey: ['audit-log', webhookId],
    queryFn: ({ pageParam, signal }) =>
      getRows<AuditEntry>(
        `audit_log?${query({
          target_id: `eq.${webhookId}`,
          select: COLUMNS,
          order: 'at.desc,id.desc',
          limit: String(PAGE),
          or: pageParam === null ? undefined : after(pageParam),
        })}`,
        signal,
      ),
    initialPageParam: null as Position | null,
    getNextPageParam: (page) => (page.length < PAGE ? null : (page.at(-1) ?? null)),
  })

function after({ id, at }: Position): string {
  const time = quoted(at)
  return `(at.lt.${time},and(at.eq.${time},id.lt.${id}))`
}
