import { messageOf } from '../errors.ts'
import type { LeasedDelivery } from '../delivery.ts'
import { createRedactor, redactBody } from '../redaction/redact.ts'
import { writeChatMessage } from './chat/write-chat-message.ts'
import { writeBinaryCloudEvent, writeCloudEvent } from './cloud-events.ts'
import type { Shape } from './shape.ts'
import { isChatFormat, parseShape } from './shape.ts'
import type { ShapedEvent } from './shaped-event.ts'
import { thinBody } from './thin-body.ts'

/** What a webhook gets of an event. */
export type DeliveryBody = Pick<LeasedDelivery, 'body' | 'fault' | 'bodyHeaders' | 'transform'>

/** The event, and its whole body. */
export type WholeEvent = Pick<ShapedEvent, 'eventId' | 'organizationId' | 'event' | 'body'>

/** The columns of a webhook, or of a delivery, that say what the body is made of. */
export interface BodyRules {
  /** Fields that are cut, such as `data.phone`; null: none. */
  redact: readonly string[] | null
  /** A shape as text; null: the default. */
  shape: string | null
}

/** Whether the body cannot be derived from the event alone, so that it is logged with every attempt. */
export const hasOwnBody = ({ redact, shape }: BodyRules): boolean => redact !== null || shape !== null

/** Longer texts are not parsed on the sending thread. */
const MAX_PARSED_LENGTH = 16 * 1024 * 1024

/**
 * Returns the body that a webhook gets, always the same for the same event and rules. Fields are cut first, so that no shape can
 * show them. A body that cannot be made is not sent.
 */
export function shapeBody(whole: WholeEvent, rules: BodyRules): DeliveryBody {
  const cut = redactBody(whole.body, rules.redact)
  return rules.shape === null ? cut : applyShape(whole, cut, rules.shape)
}

/** Shapes a batch: webhooks that cut the same fields of an event share the result. */
export function createShaper(): typeof shapeBody {
  const redact = createRedactor()
  return (whole, rules) => {
    const cut = redact(whole.body, rules.redact)
    return rules.shape === null ? cut : applyShape(whole, cut, rules.shape)
  }
}

function applyShape(whole: WholeEvent, cut: DeliveryBody, text: string): DeliveryBody {
  if (cut.fault !== undefined) return cut
  try {
    if (cut.body.length > MAX_PARSED_LENGTH)
      throw new Error(`the body is longer than ${MAX_PARSED_LENGTH} characters`)
    const shape = parseShape(text)
    const body = shape.payload === 'thin' ? thinBody(cut.body) : cut.body
    return write({ ...whole, body, fullBody: cut.body }, shape)
  } catch (error) {
    return { body: '', fault: `its format could not be applied: ${messageOf(error)}` }
  }
}

function write(event: ShapedEvent, { format, version }: Shape): DeliveryBody {
  if (isChatFormat(format)) return { body: writeChatMessage(event.body, format) }
  if (format === 'cloudevents') {
    const { body, headers } = writeCloudEvent(event)
    return { body, bodyHeaders: headers }
  }
  if (format === 'cloudevents-binary') {
    const { body, headers } = writeBinaryCloudEvent(event)
    return { body, bodyHeaders: headers }
  }
  // Its body is made when it is sent, where it cannot hold up the others.
  return format === 'transform' ? { body: event.body, transform: version } : { body: event.body }
}
