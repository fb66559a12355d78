import { phrase } from '../messages/phrase.ts'
import { messageOf } from '../errors.ts'
import { compileCuts, cutFields } from './cut-fields.ts'
import type { LeasedDelivery } from '../delivery.ts'

type CutBody = Pick<LeasedDelivery, 'body' | 'fault'>

/** Longer texts are not scanned on the sending thread. */
const MAX_CUT_LENGTH = 16 * 1024 * 1024

/**
 * Returns the body that a webhook gets, always the same for the same event and fields. A body that cannot be cut is not sent, neither
 * whole nor emptied.
 *
 * @param fields such as `data.phone`; null: nothing is cut
 */
export function redactBody(eventBody: string, fields: readonly string[] | null): CutBody {
  if (fields === null) return { body: eventBody }
  try {
    if (eventBody.length > MAX_CUT_LENGTH) throw new Error(phrase('body.long', { count: MAX_CUT_LENGTH }))
    return { body: cutFields(eventBody, compileCuts(fields)) }
  } catch (error) {
    return { body: '', fault: phrase('own.notRedacted', { problem: messageOf(error) }) }
  }
}

/** Redacts a batch: webhooks that cut the same fields of an event share the result. */
export function createRedactor(): typeof redactBody {
  let [lastBody, byFields]: [string, Map<string, CutBody>] = ['', new Map()]
  return (eventBody, fields) => {
    if (fields === null) return { body: eventBody }
    if (eventBody !== lastBody) [lastBody, byFields] = [eventBody, new Map()]
    const key = fields.join(' ')
    const known = byFields.get(key) ?? redactBody(eventBody, fields)
    byFields.set(key, known)
    return known
  }
}
