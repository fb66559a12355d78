import { readRecordId } from '../record-id.ts'

interface FullBody {
  event: string
  timestamp: string
  data: { id?: unknown } | null
  previous?: object
}

/**
 * Returns a body that says what happened to which record and which of its fields changed, without any value: the receiver
 * fetches the rest. `changed` is there where the full body has `previous`.
 */
export function thinBody(body: string): string {
  const { event, timestamp, data, previous } = JSON.parse(body) as FullBody
  const id = idText(data?.id, body)
  const changed = previous === undefined ? '' : `,"changed":${JSON.stringify(Object.keys(previous))}`
  const record = id === undefined ? '{}' : `{"id":${id}}`
  return `{"event":${JSON.stringify(event)},"timestamp":${JSON.stringify(timestamp)},"data":${record}${changed}}`
}

/** A number that JavaScript would round keeps its digits. */
function idText(id: unknown, body: string): string | undefined {
  if (typeof id === 'string') return JSON.stringify(id)
  if (typeof id !== 'number') return undefined
  const digits = readRecordId(body)
  return digits !== null && /^-?\d+$/.test(digits) ? digits : JSON.stringify(id)
}
