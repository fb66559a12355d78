import { z } from 'zod'
import { readMessages } from '../../domain/messages/server-message.ts'
import { phrase } from '../../domain/messages/phrase.ts'
import { ApiError } from '../../domain/errors.ts'
import { newId } from '../../domain/ids.ts'
import type { Principal } from '../../domain/principal.ts'
import type { Format, Payload } from '../../domain/shapes/formats.ts'
import { RENDERING, writeShape } from '../../domain/shapes/shape.ts'
import { shapeBody } from '../../domain/shapes/shape-body.ts'
import { memberText } from '../../rest/request/member-text.ts'
import { redactField } from '../tables/configuration-fields.ts'
import { formatField, payloadField, requireFittingShape, transformSource } from '../tables/shape-fields.ts'
import { requireSize } from '../tables/webhook-events.ts'
import { chooseOrganization } from './choose-organization.ts'
import { time } from './redelivery-request.ts'
import { messageCodes } from './results.ts'
import type { RpcContext } from './rpc.ts'
import { defineFunction, findVisible } from './rpc.ts'
import { findEventBody, findShape } from './sql/statements.generated.ts'

const given = z
  .object(
    {
      event: z.string(phrase('field.event')),
      timestamp: time.optional(),
      data: z.record(z.string(), z.unknown(), phrase('field.json')),
      previous: z.record(z.string(), z.unknown(), phrase('field.json')).optional(),
    },
    phrase('field.eventBody'),
  )
  .describe("An event's body")

const schema = z
  .strictObject({
    webhook_id: z.guid(phrase('field.uuidOfWebhook')).optional(),
    organization_id: z.guid(phrase('field.uuidOfOrganization')).optional(),
    format: formatField.optional(),
    payload: payloadField.optional(),
    transform: transformSource.nullable().optional(),
    redact: redactField.optional(),
    event: given.optional(),
    event_id: z.guid(phrase('field.uuidOfEvent')).optional(),
  })
  .refine(({ event, event_id: id }) => (event === undefined) !== (id === undefined), {
    path: ['event'],
    message: phrase('field.eitherEvent'),
  })

const result = z.object({
  outcome: z.enum(['body', 'skipped', 'failed']),
  body: z.string().nullable().describe('What would be sent; null: nothing'),
  headers: z.record(z.string(), z.string()).describe('The headers that the format adds or changes'),
  error: z
    .object({
      message: z.string(),
      codes: messageCodes.describe('The code of message, for other languages'),
      line: z.int().nullable(),
      column: z.int().nullable(),
    })
    .nullable()
    .describe('Why the outcome is failed, and where in the transform'),
})

type Input = z.infer<typeof schema>

interface PreviewedShape {
  organizationId: string
  format: Format
  payload: Payload
  transform: string | null
  redact: readonly string[]
}

/** Shows what a webhook, as it is or as it may be, would send of an event; stores and sends nothing. */
export const previewTransform = defineFunction(
  'read',
  schema,
  result,
  async (context, input, principal, { text }) => {
    const shape = await chooseShape(context, input, principal)
    requireFittingShape(shape)
    const { eventId, body } = await chooseEvent(context, input, principal, text)
    return await write(context, shape, eventId, body)
  },
)

async function write(
  { transforms }: RpcContext,
  { organizationId, format, payload, transform, redact }: PreviewedShape,
  eventId: string,
  body: string,
): Promise<z.infer<typeof result>> {
  const event = (JSON.parse(body) as { event: string }).event
  // A given source has no version yet.
  const version = format === 'transform' ? 0 : RENDERING
  const shaped = shapeBody(
    { eventId, organizationId, event, body },
    {
      redact: redact.length === 0 ? null : redact,
      shape: writeShape({ format, version, payload }),
    },
  )
  const { bodyHeaders: headers = {}, fault } = shaped
  if (fault !== undefined) return failed({ message: fault, line: null, column: null })
  if (format !== 'transform' || transform === null)
    return { outcome: 'body', body: shaped.body, headers: { ...headers }, error: null }
  const made = await transforms.preview(organizationId, { source: transform, body: shaped.body, eventId })
  if (made === undefined)
    throw new ApiError(429, 'PT429', phrase('error.previewsWait'), { hint: phrase('hint.fewSeconds') })
  if (made.kind === 'failed') return failed({ message: made.message, line: made.line, column: made.column })
  return made.kind === 'skipped'
    ? { outcome: 'skipped', body: null, headers: {}, error: null }
    : { outcome: 'body', body: made.body, headers: {}, error: null }
}

type PreviewError = NonNullable<z.infer<typeof result>['error']>

const failed = (error: Omit<PreviewError, 'codes'>): z.infer<typeof result> => ({
  outcome: 'failed',
  body: null,
  headers: {},
  error: { ...error, codes: readMessages({ message: error.message }) },
})

async function chooseShape(context: RpcContext, input: Input, principal: Principal): Promise<PreviewedShape> {
  const stored =
    input.webhook_id === undefined
      ? undefined
      : await findVisible(context, principal, 'webhook', findShape, input.webhook_id)
  const owner = { ...principal, organizationId: stored?.organization_id ?? principal.organizationId }
  // Without a format, a transform is meant to be used.
  const chosen = input.format ?? (typeof input.transform === 'string' ? 'transform' : undefined)
  return {
    organizationId: chooseOrganization(owner, input.organization_id),
    // Checks of the table allow no other values.
    format: chosen ?? (stored?.format as Format | undefined) ?? 'connectgain',
    payload: input.payload ?? (stored?.payload as Payload | undefined) ?? 'full',
    transform: input.transform ?? stored?.transform ?? null,
    redact: input.redact ?? stored?.redact ?? [],
  }
}

async function chooseEvent(
  context: RpcContext,
  { event, event_id: id }: Input,
  principal: Principal,
  text: string,
): Promise<{ eventId: string; body: string }> {
  if (id !== undefined) {
    const found = await findVisible(context, principal, 'event', findEventBody, id)
    return { eventId: found.id, body: found.body }
  }
  // The order of keys, and numbers as they were sent, as in real events.
  const member = memberText(text, 'event') ?? JSON.stringify(event)
  requireSize(Buffer.byteLength(member))
  return { eventId: newId(0), body: toBody(event!, member) }
}

function toBody({ event, timestamp, data, previous }: NonNullable<Input['event']>, member: string): string {
  const textOf = (name: string, value: unknown): string => memberText(member, name) ?? JSON.stringify(value)
  const before = previous === undefined ? '' : `,"previous":${textOf('previous', previous)}`
  const written = JSON.stringify(timestamp ?? '2025-01-15T10:30:00.000Z')
  return `{"event":${JSON.stringify(event)},"timestamp":${written},"data":${textOf('data', data)}${before}}`
}
