import { z } from 'zod'
import { checkCaptures } from '../../capture/watch-captures.ts'
import { defineFunction, readAs } from './rpc.ts'

interface CaptureRow {
  table_name: string
  record: string
  status: string
  problems: string[]
  checked_at: Date
}

/** Events lost in the last week and not emitted since: rows of faults, and drift periods. */
const READ_LOST = `select
  (select coalesce(sum(row_count), 0)::integer from webhooks.webhook_capture_faults
    where effect = 'event' and recaptured_at is null and created_at > now() - interval '7 days') as rows,
  (select count(*)::integer from webhooks_internal.capture_drifts
    where recaptured_at is null and until > now() - interval '7 days') as drifts,
  least(
    (select min(created_at) from webhooks.webhook_capture_faults
      where effect = 'event' and recaptured_at is null and created_at > now() - interval '7 days'),
    (select min(since) from webhooks_internal.capture_drifts
      where recaptured_at is null and until > now() - interval '7 days')
  ) as since`

interface Lost {
  rows: number
  drifts: number
  since: Date | null
}

/** Checks at once, instead of at the next minute, that the CRM's tables are captured as installed. */
export const checkCapturesFunction = defineFunction(
  'operator',
  z.strictObject({}),
  async (context, _, principal) => {
    await checkCaptures(context.database)
    const captures = await readAs<CaptureRow>(
      context,
      principal,
      'select table_name, record, status, problems, checked_at from webhooks.webhook_captures order by record',
      [],
    )
    const lost = await context.database.query<Lost>(READ_LOST)
    return { captures, lost: lost.rows[0] }
  },
)
