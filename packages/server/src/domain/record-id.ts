const MAX_ID_LENGTH = 200

/** Matches a request body whose record begins with its id, as rows of the CRM's tables do. */
const LEADING_ID =
  /^\{"event":"[^"\\]*","timestamp":"[^"]*","data":\s*\{\s*"id"\s*:\s*(?:"([^"\\\0]*)"|(-?\d+))\s*[,}]/

/**
 * Returns the `id` of the record that an event is about, as text; null when it has no id that can be searched for. Reads
 * the start of the request body without parsing the rest.
 */
export function readRecordId(body: string): string | null {
  const [, text, number] = LEADING_ID.exec(body) ?? []
  const id = text ?? number ?? (body.includes('"id"') ? parseId(body) : undefined)
  return id === undefined || id === '' || id.length > MAX_ID_LENGTH || id.includes('\0') ? null : id
}

function parseId(body: string): string | undefined {
  const { data } = JSON.parse(body) as { data: { id?: unknown } | null }
  const id = data?.id
  return typeof id === 'string' || typeof id === 'number' ? String(id) : undefined
}
