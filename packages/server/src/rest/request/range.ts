import { verbatim } from '../../domain/messages/phrase.ts'
import { ApiError } from '../../domain/errors.ts'
import { RestError } from '../../domain/errors.ts'
import type { Limits } from './query-tree.ts'

/** Maximum number of rows in one response to a read, and in one embedded list, regardless of its limit. */
export const MAX_PAGE_SIZE = 1_000

export interface Page {
  offset: number
  limit: number
}

/** Parses the value of `limit` or `offset`; '' counts as absent. */
export function parseCount(name: 'limit' | 'offset', text: string): number | null {
  if (text === '') return null
  if (!/^-?\d+$/.test(text)) {
    throw new ApiError(
      400,
      'PGRST100',
      verbatim(`"failed to parse ${name} parameter (${text})" (line 1, column 1)`),
      {
        details: 'expecting a whole number',
      },
    )
  }
  if (text.startsWith('-')) {
    const details = `${name === 'limit' ? 'Limit' : 'Offset'} should be greater than or equal to zero.`
    throw refuseRange(details, `Give ${name}=0 or more, or leave ${name} out.`)
  }
  return Math.min(Number(text), Number.MAX_SAFE_INTEGER)
}

/** Returns the intersection of the query's limits and the `Range` header, capped at the largest page. */
export function choosePage({ limit, offset }: Limits, rangeHeader: string): Page {
  const range = parseRangeHeader(rangeHeader)
  const first = Math.max(offset ?? 0, range.first)
  const end = Math.min((offset ?? 0) + (limit ?? Infinity), range.last + 1)
  if (end <= first && limit !== 0) throw refuseBounds()
  return { offset: first, limit: Math.max(0, Math.min(end - first, MAX_PAGE_SIZE)) }
}

/** Parses `0-9` or `10-`. Anything else is ignored, as HTTP requires for unknown units. */
function parseRangeHeader(header: string): { first: number; last: number } {
  const [, from, to] = /^(?:items=)?(\d{1,15})-(\d{0,15})$/.exec(header.trim()) ?? []
  const first = Number(from ?? 0)
  const last = to === undefined || to === '' ? Infinity : Number(to)
  if (first > last) {
    throw refuseBounds()
  }
  return { first, last }
}

const refuseBounds = (): RestError =>
  refuseRange(
    'The lower boundary must be lower than or equal to the upper boundary in the Range header.',
    'Ask for a range within limit and offset, such as Range: 0-9.',
  )

function refuseRange(details: string, hint: string, headers: Record<string, string> = {}): RestError {
  return new RestError(416, 'PGRST103', verbatim('Requested range not satisfiable'), {
    details,
    hint: verbatim(hint),
    headers,
  })
}

/** Writes the `Content-Range` of `count` rows from `offset` on; `total` is null if not requested. */
export function writeContentRange(offset: number, count: number, total: number | null): string {
  const range = count === 0 ? '*' : `${offset}-${offset + count - 1}`
  return `${range}/${total ?? '*'}`
}

/** Returns 200, or 206 if more rows are known to exist. Refuses an offset beyond the last row. */
export function chooseReadStatus(offset: number, count: number, total: number | null): number {
  if (total === null) return 200
  if (offset > total) {
    throw refuseRange(
      `An offset of ${offset} was requested, but there are only ${total} rows.`,
      'Ask for a smaller offset.',
      {
        'content-range': `*/${total}`,
      },
    )
  }
  return count < total ? 206 : 200
}
