import { z } from 'zod'
import { checkCaptures } from '../../capture/watch-captures.ts'
import { defineFunction, readAs } from './rpc.ts'
import { count, time } from './results.ts'
import { listCaptures, readLost } from './sql/statements.generated.ts'

const STATUSES = ['ok', 'drifted', 'missing'] as const

const result = z.object({
  captures: z
    .array(
      z.object({
        table_name: z.string(),
        record: z.string(),
        status: z.enum(STATUSES),
        problems: z.array(z.string()),
        checked_at: time.nullable(),
      }),
    )
    .describe('Rows of webhook_captures'),
  lost: z
    .object({ rows: count, drifts: count, since: time.nullable().describe('Null if none') })
    .describe('Events lost in the last seven days and not emitted since: rows of faults, and drift periods'),
})

/** Checks at once, instead of at the next minute, that the CRM's tables are captured as installed. */
export const checkCapturesFunction = defineFunction(
  'operator',
  z.strictObject({}),
  result,
  async ({ crm, ...context }, _, principal) => {
    await checkCaptures(crm)
    const captures = await readAs({ ...context, crm, database: crm }, principal, listCaptures())
    const { rows: lost } = await crm.query(...readLost())
    return {
      captures: captures.map((capture) => ({
        ...capture,
        // A check of the table allows no other statuses.
        status: capture.status as (typeof STATUSES)[number],
        checked_at: capture.checked_at?.toISOString() ?? null,
      })),
      lost: { ...lost[0]!, since: lost[0]!.since?.toISOString() ?? null },
    }
  },
)
