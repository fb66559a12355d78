import { verbatim } from '../../domain/messages/phrase.ts'
import { endOfString } from './end-of-string.ts'
import { ApiError, messageOf } from '../../domain/errors.ts'
import { isJsonObject } from './json.ts'
import type { JsonObject } from './json.ts'
import { requireStorable } from './unstorable-text.ts'

/** PostgreSQL parses JSON by recursion, and the embedded one has a small stack. */
export const MAX_JSON_DEPTH = 200

export interface Rows {
  rows: readonly JsonObject[]
  /** The rows as a JSON array, as sent: numbers and key order are preserved. */
  text: string
}

/** Parses a body that holds one row or an array of rows. */
export function parseRows(body: string): Rows {
  const value = parseJson(body)
  const isArray = Array.isArray(value)
  const rows: unknown[] = isArray ? value : [value]
  if (!rows.every(isJsonObject)) {
    const wrong = rows.findIndex((row) => !isJsonObject(row))
    throw new ApiError(
      400,
      'PGRST102',
      verbatim('The body must be a JSON object or an array of JSON objects'),
      {
        ...(isArray ? { details: `Row ${wrong} is not a JSON object.` } : {}),
        hint: verbatim('Send {"column": value} for one row, or [{…}, {…}] for several.'),
      },
    )
  }
  requireStorable(rows, body)
  return { rows, text: isArray ? body : `[${body}]` }
}

/** Refuses a PATCH with several rows: it takes one object, or an array with one object. */
export function requireOneChange(parsed: Rows): Rows {
  if (parsed.rows.length > 1) {
    throw new ApiError(400, 'PGRST102', verbatim('The body of a PATCH must be one JSON object'), {
      hint: verbatim('A PATCH makes the same change to all rows that match its filter.'),
    })
  }
  return parsed
}

/** Parses the arguments of a function call; an empty body means none. */
export function parseArguments(body: unknown): unknown {
  if (typeof body !== 'string' || body.trim() === '') return {}
  if (isDeeperThan(body, MAX_JSON_DEPTH)) {
    throw new ApiError(
      400,
      'PGRST102',
      verbatim(`the body has more than ${MAX_JSON_DEPTH} levels of nesting`),
    )
  }
  try {
    return JSON.parse(body)
  } catch (error) {
    throw new ApiError(400, 'PGRST102', verbatim(`the body is not valid JSON: ${messageOf(error)}`))
  }
}

function parseJson(body: string): unknown {
  if (isDeeperThan(body, MAX_JSON_DEPTH)) {
    throw new ApiError(
      400,
      'PGRST102',
      verbatim(`The body has more than ${MAX_JSON_DEPTH} levels of nesting`),
    )
  }
  try {
    return JSON.parse(body)
  } catch (error) {
    const details = body.trim() === '' ? 'The body is empty.' : (error as Error).message
    throw new ApiError(400, 'PGRST102', verbatim('Empty or invalid json'), { details })
  }
}

/** Tests if a JSON text is nested deeper than `most` levels, without parsing it. */
export function isDeeperThan(body: string, most: number): boolean {
  let depth = 0
  for (let index = 0; index < body.length; index += 1) {
    const character = body[index]
    if (character === '"') index = endOfString(body, index)
    else if (character === '[' || character === '{') depth += 1
    else if (character === ']' || character === '}') depth -= 1
    if (depth > most) return true
  }
  return false
}
