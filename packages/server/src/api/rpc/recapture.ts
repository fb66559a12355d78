import { phrase } from '../../domain/messages/phrase.ts'
import { z } from 'zod'
import { RecaptureError } from '../../capture/find-captured-tables.ts'
import { recapture } from '../../capture/recapture.ts'
import { isDatabaseError } from '../../database/database.ts'
import { ApiError } from '../../domain/errors.ts'
import { time } from './redelivery-request.ts'
import { count } from './results.ts'
import { defineFunction } from './rpc.ts'

const schema = z.strictObject({
  table: z.string(phrase('field.table')).max(200, phrase('field.tooLong')).optional(),
  since: time,
  until: time.optional(),
  dry_run: z.boolean(phrase('field.boolean')).default(false),
})

const result = z.object({
  matched: count.describe('Rows that still exist and whose events were lost'),
  emitted: count.describe('Events'),
  notes: z.array(z.string()).optional().describe('What could not be processed, and why'),
})

const ALWAYS = '9999-12-31T23:59:59Z'

/** Emits again, from the current rows of the tables, the events that capture faults and drifts of a period lost. */
export const recaptureFunction = defineFunction('operator', schema, result, async ({ crm }, input) => {
  const { table, since, until = ALWAYS, dry_run: dryRun } = input
  try {
    return { ...(await recapture(crm, { table, since, until, dryRun })) }
  } catch (error) {
    if (error instanceof RecaptureError) throw new ApiError(400, '22023', error.said, { details: 'table' })
    if (isDatabaseError(error) && error.code === '42501') {
      throw new ApiError(403, '42501', phrase('error.tableUnreadable'), {
        details: error.message,
        hint: phrase('hint.grantSelect'),
      })
    }
    throw error
  }
})
