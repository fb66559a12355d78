import type { Client, Row } from '@connectgain/webhooks-client'
import { groupBy } from '../../domain/group-by.ts'
import { requireRow } from '../client/api.ts'
import { readLastCheckup } from './checkups.ts'

const DAYS = 7
const MAX_ATTEMPTS = 500
const MAX_CAUSES = 10
const DAY_MS = 86_400_000

type Attempt = Pick<
  Row<'webhook_logs'>,
  'delivery_id' | 'event' | 'error_code' | 'response_code' | 'error_message' | 'diagnosis' | 'created_at'
>

/** Groups the failed attempts of a webhook by cause, the most frequent first, beside what else tells why. */
export async function explainFailures(api: Client, id: string): Promise<object> {
  const webhook = await requireRow(api.webhooks.get(id), `no webhook has the id ${id}`)
  const since = new Date(Date.now() - DAYS * DAY_MS).toISOString()
  const [attempts, lastSuccess, statuses, faults, checkup] = await Promise.all([
    listFailed(api, id, since),
    findLastSuccess(api, id),
    countStatuses(api, id, since),
    api
      .table('webhook_fault_counts')
      .list({ where: { webhook_id: id }, order: 'last_at.desc', limit: 1 })
      .toArray(),
    readLastCheckup(api, id),
  ])
  const { name, url, is_active, health, health_reason, health_since, disabled_reason, updated_at } = webhook
  return {
    webhook: { id, name, url, is_active, health, health_reason, health_since, disabled_reason, updated_at },
    deliveries_of_7_days: statuses,
    failed_attempts: attempts.length === MAX_ATTEMPTS ? `at least ${MAX_ATTEMPTS}` : attempts.length,
    causes: groupByCause(attempts).slice(0, MAX_CAUSES),
    last_success_at: lastSuccess ?? 'none in the log',
    could_not_be_processed: faults[0] ?? 'none',
    last_checkup:
      checkup === undefined
        ? 'never'
        : {
            checked_at: checkup.checked_at,
            problems: checkup.checks.filter(({ status }) => status === 'fail' || status === 'warn'),
          },
  }
}

const listFailed = (api: Client, id: string, since: string): Promise<Attempt[]> =>
  api.logs
    .list({
      where: { webhook_id: id, status: 'failed', created_at: { gte: since } },
      order: 'created_at.desc,id.desc',
      limit: MAX_ATTEMPTS,
      pageSize: MAX_ATTEMPTS,
      select: 'delivery_id,event,error_code,response_code,error_message,diagnosis,created_at',
    })
    .toArray()

async function findLastSuccess(api: Client, id: string): Promise<string | undefined> {
  const [last] = await api.logs
    .list({
      where: { webhook_id: id, status: 'success' },
      order: 'created_at.desc,id.desc',
      limit: 1,
      select: 'created_at',
    })
    .toArray()
  return last?.created_at
}

async function countStatuses(api: Client, id: string, since: string): Promise<object> {
  const count = (status: 'delivered' | 'failed' | 'retrying' | 'pending' | 'cancelled'): Promise<number> =>
    api.deliveries.count({ webhook_id: id, status, created_at: { gte: since } })
  const names = ['delivered', 'failed', 'retrying', 'pending', 'cancelled'] as const
  const counts = await Promise.all(names.map(count))
  return Object.fromEntries(names.map((name, index) => [name, counts[index]]))
}

/** @param attempts the latest first */
function groupByCause(attempts: readonly Attempt[]): object[] {
  const groups = groupBy(attempts, ({ error_code, error_message }) => `${error_code} ${error_message}`)
  return [...groups.values()]
    .sort((a, b) => b.length - a.length)
    .map((group) => {
      const { error_code, response_code, error_message, diagnosis, created_at, delivery_id } = group[0]!
      return {
        error_code,
        response_code,
        error_message,
        diagnosis,
        attempts: group.length,
        events: [...new Set(group.map(({ event }) => event))].slice(0, MAX_CAUSES),
        first_at: group.at(-1)!.created_at,
        last_at: created_at,
        example_delivery_id: delivery_id,
      }
    })
}
