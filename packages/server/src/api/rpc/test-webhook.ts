import { phrase } from '../../domain/messages/phrase.ts'
import { z } from 'zod'
import { makeAttempt } from '../../sender/make-attempt.ts'
import { pinShape } from '../../domain/shapes/shape.ts'
import { hasOwnBody, shapeBody } from '../../domain/shapes/shape-body.ts'
import { newId } from '../../domain/ids.ts'
import { memberText } from '../../rest/request/member-text.ts'
import { requireSize } from '../tables/webhook-events.ts'
import { attemptFields } from './results.ts'
import { defineFunction, describeAttempt, findVisible, readAs } from './rpc.ts'
import { findTarget, findWebhook, readRequestHeaders } from './sql/statements.generated.ts'
import { chooseType, writeBody } from './test-event.ts'

const schema = z.strictObject({
  webhook_id: z.guid(phrase('field.uuidOfWebhook')),
  event: z.string(phrase('field.event')).optional(),
  data: z.record(z.string(), z.unknown(), phrase('field.json')).optional(),
})

type Headers = Record<string, string>

const result = z.object({
  ...attemptFields,
  request: z
    .object({ headers: z.record(z.string(), z.string()), body: z.string() })
    .describe('What was sent, with secrets masked'),
})

/**
 * Sends one request now, even if the webhook is disabled, and waits for its outcome. It is signed and logged like any
 * other but belongs to no delivery: a failure is not retried, and a 410 does not disable the webhook.
 */
export const testWebhook = defineFunction(
  'change',
  schema,
  result,
  async (context, { webhook_id, event, data }, principal, { text }) => {
    // As sent, which keeps numbers and the order of keys, as in real events.
    const given = data === undefined ? undefined : (memberText(text, 'data') ?? JSON.stringify(data))
    if (given !== undefined) requireSize(Buffer.byteLength(given))
    const webhook = await findVisible(context, principal, 'webhook', findWebhook, webhook_id)
    const { rows } = await context.database.query(...findTarget({ webhookId: webhook_id }))
    const type = await chooseType(context.database, event, webhook.events)
    const now = context.clock.now()
    const { redact, shape } = rows[0]!
    const rules = { redact, shape: pinShape(shape) }
    const eventBody = await writeBody(
      context.database,
      { ...type, example: given ?? JSON.stringify(type.example) },
      now,
    )
    const whole = {
      eventId: newId(now),
      organizationId: webhook.organization_id,
      event: type.name,
      body: eventBody,
    }
    const delivery = await context.transforms.settle({
      id: newId(now),
      ...whole,
      ...shapeBody(whole, rules),
      hasOwnBody: hasOwnBody(rules),
      traceparent: principal.traceparent ?? null,
      attempt: 1,
      trigger: 'test',
      isLast: true,
      lease: '',
      leaseEnds: Number.POSITIVE_INFINITY,
      target: context.openTarget(rows[0]!),
    })
    const attempt = await makeAttempt(delivery, { ...context })
    await context.recorder.write({ ...attempt, lease: null, request_body: delivery.body })
    const [logged] = await readAs(context, principal, readRequestHeaders({ id: attempt.id }))
    return {
      ...describeAttempt(attempt),
      request: { headers: JSON.parse(logged?.request_headers ?? '{}') as Headers, body: delivery.body },
    }
  },
)
