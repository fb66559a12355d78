import { plainArray, textArray } from '../../database/array-literal.ts'
import type { AttemptErrorCode } from '../../domain/attempt-errors.ts'
import { diagnosisOf } from '../../domain/attempt-errors.ts'
import type { AttemptRecord } from '../../domain/attempt.ts'
import { LEASE_MARGIN_MS } from '../../domain/delivery.ts'
import { newId } from '../../domain/ids.ts'
import type { LeasedEvent, UnwrittenDelivery } from '../relay/leased-event.ts'

/** The state in which a delivery is written for the first time. */
export type Written =
  /** It waits in the queue, or is filtered. `isLeased`: this node has it in memory, or sends it. */
  | { as: 'waiting'; isLeased: boolean }
  | { as: 'delivered'; attempt: AttemptRecord }
  | { as: 'failed'; reason: string; code: AttemptErrorCode; isLogged: boolean }

/** A delivery to write. */
export interface DeliveryToWrite {
  unwritten: Pick<
    UnwrittenDelivery,
    'delivery' | 'createdAt' | 'recordId' | 'redact' | 'shape' | 'filtered'
  > & {
    event: Pick<LeasedEvent, 'key'>
  }
  written: Written
}

/** Returns the columns of deliveries that are written for the first time, and of their log rows, as arrays. */
export function toDeliveryColumns(rows: readonly DeliveryToWrite[]) {
  const deliveries = rows.map(({ unwritten }) => unwritten.delivery)
  const entries = rows.map(toEntry)
  return {
    ids: plainArray(deliveries.map(({ id }) => id)),
    organizations: plainArray(deliveries.map(({ organizationId }) => organizationId)),
    webhooks: plainArray(deliveries.map(({ target }) => target.id)),
    events: plainArray(deliveries.map(({ eventId }) => eventId)),
    eventTypes: textArray(deliveries.map(({ event }) => event)),
    statuses: plainArray(entries.map(({ status }) => status)),
    reasons: textArray(entries.map(({ reason }) => reason)),
    recordIds: textArray(rows.map(({ unwritten }) => unwritten.recordId)),
    redact: textArray(rows.map(({ unwritten: { redact } }) => redact && textArray(redact))),
    shapes: textArray(rows.map(({ unwritten }) => unwritten.shape)),
    createdAt: textArray(rows.map(({ unwritten }) => unwritten.createdAt)),
    leaseMs: plainArray(entries.map(({ leaseMs }) => leaseMs)),
    hasTurn: plainArray(deliveries.map(({ target }) => (target.isOrdered ? 't' : 'f'))),
    ...toLogColumns(entries.map(({ log }) => log)),
  }
}

interface Entry {
  status: 'pending' | 'filtered' | 'delivered' | 'failed'
  reason: string | null
  leaseMs: number | null
  log: LogEntry | undefined
}

type LogEntry = Pick<
  AttemptRecord,
  | 'id'
  | 'url'
  | 'error_code'
  | 'error_message'
  | 'diagnosis'
  | 'response_code'
  | 'duration_ms'
  | 'request_headers'
  | 'request_body'
  | 'response_headers'
  | 'response_body'
> & { created_at: string }

function toEntry({ unwritten: { delivery, filtered }, written }: DeliveryToWrite): Entry {
  const none = { reason: null, leaseMs: null, log: undefined }
  if (written.as === 'delivered') return { ...none, status: 'delivered', log: written.attempt }
  if (written.as === 'failed')
    return { ...none, status: 'failed', reason: written.reason, log: toFailure(delivery, written) }
  if (filtered !== undefined) return { ...none, status: 'filtered', reason: filtered }
  const leaseMs = written.isLeased ? delivery.target.timeout + LEASE_MARGIN_MS : null
  return { ...none, status: 'pending', leaseMs }
}

/** Its log row contains nothing of the event, which may be unreadable. */
function toFailure(
  { target }: UnwrittenDelivery['delivery'],
  { code, reason, isLogged }: Written & { as: 'failed' },
): LogEntry | undefined {
  if (!isLogged) return undefined
  return {
    id: newId(),
    url: target.url,
    error_code: code,
    error_message: reason,
    diagnosis: diagnosisOf(code),
    response_code: null,
    duration_ms: 0,
    request_headers: null,
    request_body: '',
    response_headers: null,
    response_body: null,
    created_at: new Date().toISOString(),
  }
}

function toLogColumns(log: readonly (LogEntry | undefined)[]) {
  return {
    attemptIds: plainArray(log.map((entry) => entry?.id ?? null)),
    urls: textArray(log.map((entry) => entry?.url ?? null)),
    errorCodes: plainArray(log.map((entry) => entry?.error_code ?? null)),
    errorMessages: textArray(log.map((entry) => entry?.error_message ?? null)),
    diagnoses: textArray(log.map((entry) => entry?.diagnosis ?? null)),
    responseCodes: plainArray(log.map((entry) => entry?.response_code ?? null)),
    durationsMs: plainArray(log.map((entry) => entry?.duration_ms ?? null)),
    requestHeaders: textArray(log.map((entry) => entry?.request_headers ?? null)),
    requestBodies: textArray(log.map((entry) => entry?.request_body ?? null)),
    responseHeaders: textArray(log.map((entry) => entry?.response_headers ?? null)),
    responseBodies: textArray(log.map((entry) => entry?.response_body ?? null)),
    sentAt: plainArray(log.map((entry) => entry?.created_at ?? null)),
  }
}
