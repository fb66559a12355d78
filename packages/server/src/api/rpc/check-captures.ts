import { z } from 'zod'
import { checkCaptures } from '../../capture/watch-captures.ts'
import { defineFunction, readAs } from './rpc.ts'
import { listCaptures, readLost } from './sql/statements.generated.ts'

/** Checks at once, instead of at the next minute, that the CRM's tables are captured as installed. */
export const checkCapturesFunction = defineFunction(
  'operator',
  z.strictObject({}),
  async (context, _, principal) => {
    await checkCaptures(context.database)
    const captures = await readAs(context, principal, listCaptures())
    const lost = await context.database.query(...readLost())
    return { captures, lost: lost.rows[0] }
  },
)
