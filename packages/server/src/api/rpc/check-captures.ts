import { z } from 'zod'
import { checkCaptures } from '../../crm/watch-captures.ts'
import { defineFunction, readAs } from './rpc.ts'

interface CaptureRow {
  table_name: string
  record: string
  status: string
  problems: string[]
  checked_at: Date
}

/** Checks now, not at the next minute, whether the tables of the CRM are captured as installed. */
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
    return { captures }
  },
)
