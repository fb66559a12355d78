import { z } from 'zod'
import { runWithActor } from '../../database/act-as.ts'
import { CHECK_NAMES, CHECK_STATUSES, overallStatus } from '../../domain/checkup.ts'
import type { Check } from '../../domain/checkup.ts'
import { RestError } from '../../domain/errors.ts'
import { newToken } from '../../domain/ids.ts'
import type { Principal } from '../../domain/principal.ts'
import { runCheckup } from '../../sender/checkup/run-checkup.ts'
import { pinShape } from '../../domain/shapes/shape.ts'
import { hasOwnBody, shapeBody } from '../../domain/shapes/shape-body.ts'
import { phrase } from '../../domain/messages/phrase.ts'
import { tooManyRequests } from '../limits/admission.ts'
import { uuid } from '../tables/configuration-fields.ts'
import { writeCheckupBodies } from './checkup-bodies.ts'
import { messageCodes, time } from './results.ts'
import { defineFunction, findVisible } from './rpc.ts'
import type { RpcContext } from './rpc.ts'
import {
  claimCheckup,
  findTarget,
  findWebhook,
  releaseCheckup,
  storeCheckup,
} from './sql/statements.generated.ts'

/** Of all requests together: clients and proxies wait for 30 seconds. */
const BUDGET_MS = 25_000
/** When a claim ends whose process died. */
const CLAIM_SECONDS = 60

const schema = z.strictObject({ webhook_id: uuid })

const check = z.object({
  name: z.enum(CHECK_NAMES),
  status: z.enum(CHECK_STATUSES),
  detail: z.string().describe('What was found'),
  advice: z.string().nullable().describe('What to do about it; null if there is nothing to do'),
  codes: messageCodes.describe('The codes of detail and advice, for other languages'),
})

const result = z.object({ checked_at: time, checks: z.array(check) })

/**
 * Tries how an endpoint takes what it will get, also what it should refuse, with a few requests that are marked as tests. It
 * gets no row of the log: a forgery that is refused is no failure. A failure changes nothing about the webhook's health.
 */
export const checkEndpoint = defineFunction(
  'change',
  schema,
  result,
  async (context, { webhook_id: webhookId }, principal, call) => {
    const webhook = await findVisible(context, principal, 'webhook', findWebhook, webhookId)
    const counted = context.checkups.counter.count(webhook.organization_id)
    if (counted.exceeded)
      throw tooManyRequests(counted, phrase('limit.checkups'), phrase('hint.checkupRequests'))
    return await withClaim(context, webhookId, async () => {
      const { url, checks } = await checkNow(context, { ...webhook, webhookId }, principal)
      const checkedAt = new Date(context.clock.now()).toISOString()
      const found = { checked_at: checkedAt, checks }
      return await runWithActor(context.database, principal.actor, async (connection) => {
        const status = overallStatus(checks)
        const stored = JSON.stringify(checks)
        await connection.query(...storeCheckup({ webhookId, url, status, checks: stored, checkedAt }))
        await call.keep(connection, found)
        return found
      })
    })
  },
)

interface Subject {
  webhookId: string
  organization_id: string
  events: readonly string[]
}

async function checkNow(
  context: RpcContext,
  { webhookId, organization_id: organizationId, events }: Subject,
  { traceparent = null }: Principal,
): Promise<{ url: string; checks: Check[] }> {
  const { database, checkups, clock } = context
  const { rows } = await database.query(...findTarget({ webhookId }))
  const row = rows[0]!
  const { url, redact } = row
  const rules = { redact, shape: pinShape(row.shape) }
  const checks = await runCheckup({
    ...context,
    sender: checkups.createSender(),
    organizationId,
    traceparent,
    target: context.openTarget(row),
    budgetMs: BUDGET_MS,
    isHttps: new URL(url).protocol === 'https:',
    isInbox: checkups.isInbox(url),
    shape: (delivery) =>
      context.transforms.settle({
        ...delivery,
        ...shapeBody(delivery, rules),
        hasOwnBody: hasOwnBody(rules),
      }),
    bodies: await writeCheckupBodies(database, events, clock.now()),
  })
  return { url, checks }
}

/** One check-up at a time: a second one would measure the first. */
async function withClaim<T>({ database }: RpcContext, webhookId: string, work: () => Promise<T>): Promise<T> {
  const claim = newToken()
  const { rows } = await database.query(...claimCheckup({ webhookId, claim, seconds: CLAIM_SECONDS }))
  const wait = rows[0]?.wait_seconds ?? CLAIM_SECONDS
  if (wait > 0) throw isRunning(wait)
  try {
    return await work()
  } finally {
    await database.query(...releaseCheckup({ webhookId, claim }))
  }
}

function isRunning(waitSeconds: number): RestError {
  const seconds = Math.min(waitSeconds, Math.ceil(BUDGET_MS / 1_000))
  return new RestError(409, '55000', phrase('error.checkupRunning'), {
    hint: phrase('error.checkupRunningHint'),
    headers: { 'retry-after': String(seconds) },
  })
}
