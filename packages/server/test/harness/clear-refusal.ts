import type { Answer } from './in-process-api.ts'
import { mainKeysOf, textsWithoutCode } from './error-keys.ts'

/** A request with one fault, and what its refusal has to name. */
export interface Fault {
  what: string
  method: 'GET' | 'POST' | 'PATCH'
  path: string
  body?: unknown
  /** The field that is wrong. */
  field: string
  /** The row of a batch that is wrong. */
  row?: number
}

interface Refusal {
  code: string
  message: string
  details: unknown
  hint: string | null
}

const KEYS = 'code,details,hint,message'
/** How a message says what would be right, where no hint does. */
const SAYS_WHAT_IS_RIGHT =
  /\b(?:must|needs?|is missing|is required|at most|at least|cannot be|provide|nearest|expecting|choose|unknown|it (?:contains|has)|not allowed|no .+ has|use|is only allowed)\b/i

/** The rules that a refusal breaks; none for a response that is no refusal. */
export function faultsOfRefusal(fault: Fault, { status, json }: Answer<unknown>, internal: RegExp): string[] {
  // A row that is right but there already is another matter.
  if (status < 300 || (json as Refusal | undefined)?.code === '23505') return []
  if (status >= 500) return [`answers ${status} ${JSON.stringify(json)}`]
  const refusal = json as Refusal
  if (mainKeysOf(refusal ?? {}).join() !== KEYS) return [`has not the four keys`]
  const { message, hint, details } = refusal
  const all = JSON.stringify(refusal)
  const told = `${message} ${JSON.stringify(details)}`
  const isNamed = new RegExp(String.raw`(?<!\w)${fault.field}(?!\w)`)
  const inside = internal.exec(all)?.[0]
  return [
    ...(message === '' ? ['has no message'] : []),
    ...(isNamed.test(all) ? [] : [`does not name the field ${fault.field}`]),
    ...(hint !== null || SAYS_WHAT_IS_RIGHT.test(message) ? [] : ['does not say what would be right']),
    ...(fault.row === undefined || new RegExp(String.raw`\brow ${fault.row}\b`, 'i').test(told)
      ? []
      : [`does not name row ${fault.row}`]),
    ...textsWithoutCode(refusal),
    ...(inside === undefined ? [] : [`names ${inside}`]),
    ...(all.length > 3_000 ? [`has ${all.length} characters`] : []),
  ]
}
