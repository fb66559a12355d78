/** An event on its way: what a worker needs to match and send it. */
export interface StreamedEvent {
  id: string
  organization_id: string
  event: string
  /** JSON text as it was given. */
  data: string
  /** JSON text as it was given. */
  previous: string | null
  /** As PostgreSQL reads it, in full precision. */
  timestamp: string
  source: string
  origin: string | null
  traceparent: string | null
  /** When it was accepted, in Unix milliseconds. */
  created_ms: number
}

/** An id belongs to its organization. */
export const idOf = ({
  organization_id: organizationId,
  id,
}: Pick<StreamedEvent, 'organization_id' | 'id'>): string => `${organizationId} ${id}`

/** What is no message of events: it is moved to the refused ones and never delivered again. */
export class NotEvents extends Error {
  override readonly name = 'NotEvents'
}

/** The first line of a message names its layout, so that a later one can be told from it. */
const LAYOUT = 1
const NEWLINE = 0x0a

/** Bytes of `data`, and of `previous`, or null where it is null. */
type Lengths = readonly [data: number, previous: number | null]

/** One event without its JSON texts. */
type Head = readonly [
  id: string,
  organizationId: string,
  event: string,
  timestamp: string,
  source: string,
  origin: string | null,
  traceparent: string | null,
  createdMs: number,
  ...lengths: Lengths,
]

/**
 * Writes events as one line of JSON with their heads, followed by the bytes of `data` and `previous` of each: these texts are
 * neither parsed nor changed, so that numbers keep their digits and signatures their bytes.
 */
export function encodeEvents(events: readonly StreamedEvent[]): Uint8Array<ArrayBuffer> {
  const lengths = events.map(({ data, previous }): Lengths => [
    Buffer.byteLength(data),
    previous === null ? null : Buffer.byteLength(previous),
  ])
  const heads = Buffer.from(
    `${JSON.stringify([LAYOUT, events.map((event, at) => headOf(event, lengths[at]!))])}\n`,
  )
  const bytes = lengths.reduce((sum, [data, previous]) => sum + data + (previous ?? 0), heads.length)
  const payload = Buffer.allocUnsafeSlow(bytes)
  let offset = heads.copy(payload)
  for (const { data, previous } of events) {
    offset += payload.write(data, offset)
    if (previous !== null) offset += payload.write(previous, offset)
  }
  return payload
}

function headOf(event: StreamedEvent, lengths: Lengths): Head {
  return [
    event.id,
    event.organization_id,
    event.event,
    event.timestamp,
    event.source,
    event.origin,
    event.traceparent,
    event.created_ms,
    ...lengths,
  ]
}

/** @throws NotEvents */
export function decodeEvents(payload: Uint8Array): StreamedEvent[] {
  const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength)
  const end = bytes.indexOf(NEWLINE)
  if (end === -1) throw new NotEvents('it has no line of heads')
  let offset = end + 1
  const take = (length: number): string => {
    if (offset + length > bytes.length) throw new NotEvents('it is shorter than its heads say')
    const text = bytes.toString('utf8', offset, offset + length)
    offset += length
    return text
  }
  const events = readHeads(bytes.toString('utf8', 0, end)).map((head): StreamedEvent => {
    const [id, organizationId, event, timestamp, source, origin, traceparent, createdMs, data, previous] =
      head
    return {
      id,
      organization_id: organizationId,
      event,
      data: take(data),
      previous: previous === null ? null : take(previous),
      timestamp,
      source,
      origin,
      traceparent,
      created_ms: createdMs,
    }
  })
  if (offset !== bytes.length) throw new NotEvents('it is longer than its heads say')
  return events
}

function readHeads(line: string): readonly Head[] {
  const parsed = parse(line)
  if (!Array.isArray(parsed) || parsed[0] !== LAYOUT) throw new NotEvents('its layout is not known')
  const [, heads] = parsed as readonly unknown[]
  if (!Array.isArray(heads) || heads.length === 0 || !heads.every(isHead))
    throw new NotEvents('its heads are not those of events')
  return heads
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    throw new NotEvents('its heads are not JSON')
  }
}

const isText = (value: unknown): boolean => typeof value === 'string'
const isTextOrNull = (value: unknown): boolean => value === null || typeof value === 'string'
const isLength = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0
const IS_PART: readonly ((value: unknown) => boolean)[] = [
  isText,
  isText,
  isText,
  isText,
  isText,
  isTextOrNull,
  isTextOrNull,
  Number.isSafeInteger,
  isLength,
  (value) => value === null || isLength(value),
]

function isHead(head: unknown): head is Head {
  return (
    Array.isArray(head) && head.length === IS_PART.length && IS_PART.every((isPart, at) => isPart(head[at]))
  )
}
