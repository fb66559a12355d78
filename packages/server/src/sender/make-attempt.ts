import type { Clock } from '../domain/clock.ts'
import type { AttemptRecord } from '../domain/attempt.ts'
import type { LeasedDelivery } from '../domain/delivery.ts'
import { nextWait } from '../domain/retry-policy.ts'
import { cutText } from '../domain/storable-text.ts'
import { newId } from '../domain/ids.ts'
import { buildHeaders, toStoredHeaders } from './build-request.ts'
import type { Classification } from './classify-response.ts'
import { classify, judgeDefect, judgeUnreadable, judgeUnsendable } from './classify-response.ts'
import type { Answer } from './answer.ts'
import type { Sender } from './send.ts'
import { TokenFailure } from './token-failure.ts'
import type { Span, Tracing } from '../observability/tracing.ts'

export interface AttemptOptions {
  clock: Clock
  sender: Sender
  /** Waits between attempts, in milliseconds. */
  retrySchedule: readonly number[]
  tracing: Tracing
}

/** Limits of stored texts, which may quote receivers and libraries. */
export const MAX_MESSAGE_LENGTH = 1_000
const MAX_DIAGNOSIS_LENGTH = 2_000

/** Sends a delivery once and says what came of it; never rejects. Writes nothing. */
export async function makeAttempt(delivery: LeasedDelivery, options: AttemptOptions): Promise<AttemptRecord> {
  const startedAt = options.clock.now()
  try {
    return await attempt(delivery, startedAt, options)
  } catch (error) {
    // It counts as an attempt, or the delivery would be taken up again whenever its lease ends.
    return toRecord(delivery, startedAt, withoutExchange(judgeDefect(error)), options)
  }
}

async function attempt(
  delivery: LeasedDelivery,
  startedAt: number,
  options: AttemptOptions,
): Promise<AttemptRecord> {
  const { target } = delivery
  const span = options.tracing.start('webhooks.attempt', delivery.traceparent, {
    'webhooks.event_id': delivery.eventId,
    'webhooks.event': delivery.event,
    'webhooks.webhook_id': target.id,
    'webhooks.delivery_id': delivery.id,
    'webhooks.attempt': delivery.attempt,
    'webhooks.trigger': delivery.trigger,
  })
  const record = toRecord(delivery, startedAt, await exchange(delivery, startedAt, options, span), options)
  span.end({ 'http.response.status_code': record.response_code }, record.error_message)
  return record
}

function toRecord(
  delivery: LeasedDelivery,
  startedAt: number,
  { headers, answer, classification }: Exchange,
  options: AttemptOptions,
): AttemptRecord {
  const { target } = delivery
  const now = options.clock.now()
  return {
    id: newId(now),
    organization_id: delivery.organizationId,
    webhook_id: target.id,
    delivery_id: delivery.id,
    event_id: delivery.eventId,
    event: delivery.event,
    url: target.url,
    attempt: delivery.attempt,
    trigger: delivery.trigger,
    request_headers: headers === undefined ? null : toStoredHeaders(headers, target.headers, target.auth),
    request_body: delivery.hasOwnBody ? delivery.body : null,
    ...describe(answer, classification),
    ...planNext(classification, delivery, options.retrySchedule, now),
    retry_after_ms: classification.retryAfter ?? null,
    created_at: new Date(startedAt).toISOString(),
    lease: delivery.lease,
    deactivate: classification.deactivate ?? null,
    was_healthy: target.isHealthy,
    is_ordered: target.isOrdered,
    certificate_ends: answer?.kind === 'response' ? (answer.certificateEnds ?? null) : null,
  }
}

interface Exchange {
  /** Undefined: nothing was sent to the endpoint. */
  headers: Record<string, string> | undefined
  /** Undefined: nothing could be sent. */
  answer: Answer | undefined
  classification: Classification
}

/** Nothing could be sent. */
const withoutExchange = (classification: Classification): Exchange => ({
  headers: undefined,
  answer: undefined,
  classification,
})

async function exchange(
  delivery: LeasedDelivery,
  startedAt: number,
  { clock, sender }: AttemptOptions,
  { traceparent }: Span,
): Promise<Exchange> {
  const { target, fault, faultCode } = delivery
  if (fault !== undefined) return withoutExchange(judgeUnsendable(fault, faultCode))
  if (target.unreadable !== undefined) return withoutExchange(judgeUnreadable(target.unreadable))
  try {
    const body = Buffer.from(delivery.body)
    const headers = buildHeaders({
      event: delivery.event,
      eventId: delivery.eventId,
      deliveryId: delivery.id,
      attempt: delivery.attempt,
      trigger: delivery.trigger,
      body,
      bodyHeaders: delivery.bodyHeaders ?? {},
      secrets: target.secrets,
      signingKeys: target.signingKeys,
      customHeaders: target.headers,
      traceparent,
      now: startedAt,
    })
    const answer = await sender.send({
      url: target.url,
      headers,
      body,
      timeout: target.timeout,
      auth: target.auth,
    })
    const isUnsent = answer.kind === 'failure' && answer.error instanceof TokenFailure
    return { headers: isUnsent ? undefined : headers, answer, classification: classify(answer, clock.now()) }
  } catch (error) {
    return withoutExchange(judgeDefect(error))
  }
}

type Outcome = Pick<
  AttemptRecord,
  | 'status'
  | 'response_code'
  | 'error_code'
  | 'error_message'
  | 'diagnosis'
  | 'duration_ms'
  | 'response_headers'
  | 'response_body'
>

function describe(answer: Answer | undefined, classification: Classification): Outcome {
  // Of a response that broke off, what was read of it.
  const response = answer?.kind === 'response' ? answer : answer?.partial
  return {
    status: classification.success ? 'success' : 'failed',
    response_code: response?.statusCode ?? null,
    error_code: classification.errorCode,
    error_message: classification.errorMessage && cutText(classification.errorMessage, MAX_MESSAGE_LENGTH),
    diagnosis: classification.diagnosis && cutText(classification.diagnosis, MAX_DIAGNOSIS_LENGTH),
    duration_ms: answer?.durationMs ?? 0,
    response_headers: toJson(response?.headers),
    response_body: response?.body ?? null,
  }
}

function toJson(headers: Readonly<Record<string, string>> | null | undefined): string | null {
  return headers === null || headers === undefined ? null : JSON.stringify(headers)
}

function planNext(
  classification: Classification,
  delivery: LeasedDelivery,
  schedule: readonly number[],
  now: number,
): Pick<AttemptRecord, 'next_attempt_at' | 'wait_ms'> {
  const isOver =
    classification.success ||
    classification.deactivate !== undefined ||
    delivery.isLast ||
    delivery.fault !== undefined
  const wait = isOver ? undefined : nextWait(schedule, delivery.attempt, classification.retryAfter)
  if (wait === undefined) return { next_attempt_at: null, wait_ms: null }
  return { next_attempt_at: new Date(now + wait).toISOString(), wait_ms: wait }
}
