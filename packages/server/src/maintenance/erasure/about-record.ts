/** The record whose data is erased. */
export interface ErasedRecord {
  recordId: string
  /** `contact`, `deal`, …; null: the id is a UUID, unique across tables. */
  object: string | null
  /** UUIDs of conversations with the person. */
  relatedIds: readonly string[]
}

export interface EventContent {
  event: string
  data: unknown
  previous: unknown
}

/** Tests if an event is about the record, or about another one that refers to it. */
export function isAboutRecord({ event, data, previous }: EventContent, record: ErasedRecord): boolean {
  const related = new Set(record.relatedIds)
  if (contains(data, related) || contains(previous, related)) return true
  if (record.object === null) {
    const ids = new Set([record.recordId])
    return contains(data, ids) || contains(previous, ids)
  }
  if (event.startsWith(`${record.object}.`) && isId(idOf(data), record.recordId)) return true
  return refersTo(data, record.object, record.recordId) || refersTo(previous, record.object, record.recordId)
}

/** Returns the conversation that the event is about, if any. */
export function findConversation({ event, data }: EventContent): string | undefined {
  const id = idOf(data)
  return event.startsWith('conversation.') && typeof id === 'string' ? id : undefined
}

const MIN_TERM_LENGTH = 6

/**
 * Returns other identifiers of a person from the contact's own event: the e-mail address, and the phone number with and
 * without its plus sign.
 */
export function listIdentifiers({ data, previous }: EventContent, recordId: string): string[] {
  if (!isId(idOf(data), recordId)) return []
  return [data, previous].flatMap((values) => {
    const { email, phone } = (values ?? {}) as { email?: unknown; phone?: unknown }
    const digits = typeof phone === 'string' ? phone.replaceAll(/\D/g, '') : undefined
    return [email, phone, digits].filter(
      (term): term is string => typeof term === 'string' && term.length >= MIN_TERM_LENGTH,
    )
  })
}

function idOf(data: unknown): unknown {
  return typeof data === 'object' && data !== null ? (data as { id?: unknown }).id : undefined
}

function isId(value: unknown, id: string): boolean {
  return (typeof value === 'string' || typeof value === 'number') && String(value) === id
}

function contains(value: unknown, ids: ReadonlySet<string>): boolean {
  return someNested(value, (each) =>
    typeof each === 'string' || typeof each === 'number' ? ids.has(String(each)) : false,
  )
}

/** Tests for a `contact_id`, or a `contact` with its `id`, at any depth. */
function refersTo(value: unknown, object: string, id: string): boolean {
  return someNested(
    value,
    (inner, key) => (key === `${object}_id` && isId(inner, id)) || (key === object && isId(idOf(inner), id)),
  )
}

/**
 * Tests the value and everything nested in it. Without recursion, because JSON may be nested deeper than the call stack
 * allows.
 */
function someNested(value: unknown, isSought: (inner: unknown, key: string) => boolean): boolean {
  if (isSought(value, '')) return true
  const open = [value]
  for (let each = open.pop(); each !== undefined; each = open.pop()) {
    if (typeof each !== 'object' || each === null) continue
    for (const [key, inner] of Object.entries(each)) {
      if (isSought(inner, key)) return true
      open.push(inner)
    }
  }
  return false
}
