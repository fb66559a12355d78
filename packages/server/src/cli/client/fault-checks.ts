import { WebhooksError } from '@connectgain/webhooks-client'
import type { Client, Row } from '@connectgain/webhooks-client'
import type { Finding } from './finding.ts'
import { ok, problem } from './finding.ts'

/** A row of `webhook_fault_counts`. */
type FaultCount = Row<'webhook_fault_counts'> & { webhook: { name: string } | null }

/** The webhooks requested here, and the server's own limit on the faults it counts of each kind. */
const MAX_ROWS_READ = { webhooks: 1_000, faults: 10_000 }
const MAX_NAMED = 5

/**
 * Reports what could not be processed in the last day. Reports nothing for an older server, which does not count it.
 */
export async function* checkFaults(api: Client): AsyncGenerator<Finding> {
  const counts = await api
    .table<FaultCount>('webhook_fault_counts')
    .list({
      select: '*,webhook:webhook_configurations(name)',
      order: 'last_at.desc',
      limit: MAX_ROWS_READ.webhooks,
      pageSize: MAX_ROWS_READ.webhooks,
    })
    .toArray()
    .catch((error: unknown) => {
      if (error instanceof WebhooksError && error.status === 404) return undefined
      throw error
    })
  if (counts === undefined) return
  const [last] = counts
  if (last === undefined) yield ok('faults', 'all events and deliveries of the last 24 hours were processed')
  else yield describeFaults(counts, last)
}

function describeFaults(counts: readonly FaultCount[], last: FaultCount): Finding {
  const total = counts.reduce((sum, { count }) => sum + count, 0)
  const isCut = total >= MAX_ROWS_READ.faults || counts.length === MAX_ROWS_READ.webhooks
  const since = counts.map((each) => each.since).reduce((a, b) => (a < b ? a : b))
  const organizations = new Set(counts.map(({ organization_id }) => organization_id))
  const where = organizations.size === 1 ? '' : ` of ${organizations.size} organizations`
  const what =
    last.last_event_id === null ? 'something' : `${last.last_event ?? 'event'} ${last.last_event_id}`
  return problem(
    'faults',
    `${isCut ? 'at least ' : ''}${total}${where} could not be processed in the last 24 hours, since ${since}: ${listWebhooks(counts)}; ` +
      `the last one, ${what}, failed in the step ${last.last_stage}: ${last.last_reason ?? ''}`,
    'See webhook_delivery_faults, and webhook_logs with the error codes not_sendable and not_recordable. Fix the cause, then retry the ' +
      'failed deliveries or replay the events.',
  )
}

function listWebhooks(counts: readonly FaultCount[]): string {
  const named = counts
    .toSorted((a, b) => b.count - a.count)
    .slice(0, MAX_NAMED)
    .map((each) => `${each.count} of ${qualifiedName(each)} (organization ${each.organization_id})`)
  const others = counts.length - named.length
  return [...named, ...(others > 0 ? [`and ${others} more`] : [])].join(', ')
}

function qualifiedName({ webhook_id: id, webhook }: FaultCount): string {
  if (id === null) return 'no one webhook'
  return webhook === null ? `webhook ${id}` : `webhook ${webhook.name} ${id}`
}
