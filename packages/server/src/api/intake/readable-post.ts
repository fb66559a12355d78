import { checkEvents, webhookEventRules } from '../tables/webhook-events.ts'
import { parseRows } from '../../rest/request/body.ts'
import type { JsonObject } from '../../rest/request/json.ts'
import { readHeader } from '../../rest/request/rest-message.ts'
import type { RestRequest } from '../../rest/request/rest-message.ts'

/** A post of events that can be stored together with others. */
export interface ReadablePost {
  /** The rows as JSON, separated by commas: the original text, which is stored. */
  text: string
  rowCount: number
  rows: readonly JsonObject[]
  /** The columns that every row names, in one order. */
  columns: readonly string[]
}

const WRITABLE = new Set(webhookEventRules.writable)

/**
 * Reads a post as ordinary clients send it. Undefined for one with additional options or any error: the general code
 * handles it.
 */
export function readPost(request: RestRequest): ReadablePost | undefined {
  if (!isOrdinary(request)) return undefined
  try {
    const { rows, text } = parseRows(request.body)
    const [first] = rows
    if (first === undefined) return undefined
    const columns = Object.keys(first).toSorted()
    const signature = columns.join()
    const areAlike = rows.every((row) => Object.keys(row).toSorted().join() === signature)
    if (!areAlike || !columns.every((name) => WRITABLE.has(name))) return undefined
    checkEvents(rows, text)
    return { text: text.trim().slice(1, -1), rowCount: rows.length, rows, columns }
  } catch {
    return undefined
  }
}

const ORDINARY: Readonly<Record<string, RegExp>> = {
  prefer: /^(return=minimal)?$/,
  'content-type': /^(application\/json(;.*)?)?$/i,
  'content-profile': /^(public)?$/,
  accept: /^(\*\/\*|application\/json)?$/,
}

/** Tests for a post without additional options. */
export function isOrdinary({ search, headers }: Pick<RestRequest, 'search' | 'headers'>): boolean {
  return (
    search === '' &&
    Object.entries(ORDINARY).every(([name, usual]) => usual.test(readHeader(headers, name).trim()))
  )
}
