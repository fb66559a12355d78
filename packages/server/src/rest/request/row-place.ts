import type { Said } from '../../domain/messages/phrase.ts'
import { verbatim } from '../../domain/messages/phrase.ts'
import { ApiError, RestError } from '../../domain/errors.ts'

/** Names a row of a batch, counted from 0 as in a path of JSON. A single row needs no name. */
export const inRow = (index: number, count: number, text: Said): Said =>
  count === 1 ? text : (`row ${index}: ${text}` as Said)

const ROW = /^row (\d+): /

/**
 * Names the row of the request in an error of some of its rows, which counts only those.
 * @param places of those rows in the request
 */
export function placeInRequest(thrown: unknown, places: readonly number[], count: number): unknown {
  if (!(thrown instanceof ApiError) || thrown instanceof RestError) return thrown
  const index = places.length === 1 ? 0 : Number(ROW.exec(thrown.message)?.[1])
  const place = places[index]
  if (place === undefined) return thrown
  const { status, code, details, hint } = thrown
  return ApiError.of(status, code, inRow(place, count, verbatim(thrown.message.replace(ROW, ''))), {
    ...(details === null ? {} : { details }),
    ...(hint === null ? {} : { hint }),
  })
}
