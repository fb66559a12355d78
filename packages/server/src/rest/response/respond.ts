import type { Media } from '../request/content-negotiation.ts'
import type { Preferences } from '../request/preferences.ts'
import { writeApplied } from '../request/preferences.ts'
import { chooseReadStatus, writeContentRange } from '../request/range.ts'
import type { ReadResult } from '../query/read-table.ts'
import type { RestResponse } from '../request/rest-message.ts'
import type { Written } from '../mutation/run-write.ts'
import type { TableRequest } from '../request/table-request.ts'

type Headers = Record<string, string>

export function respondToRead(
  { preferences, media }: Pick<TableRequest, 'preferences' | 'media'>,
  method: string,
  offset: number,
  { body, rowCount, total }: ReadResult,
): RestResponse {
  if (media.plan !== undefined) return { status: 200, headers: contentTypeHeader(media), body }
  const range = writeContentRange(offset, rowCount, total)
  return {
    status: chooseReadStatus(offset, rowCount, total),
    headers: { ...contentTypeHeader(media), ...responseHeaders(preferences, method, range) },
    body,
  }
}

export function respondToInsert(request: TableRequest, basePath: string, written: Written): RestResponse {
  const { preferences, media } = request
  const isMergeOnly = preferences.resolution === 'merge-duplicates' && written.affected <= written.updated
  const headers = responseHeaders(preferences, 'POST', `*/${getTotal(preferences, written)}`)
  const status = isMergeOnly ? 200 : 201
  if (preferences.return === 'representation') {
    return { status, headers: { ...contentTypeHeader(media), ...headers }, body: written.body ?? '' }
  }
  return { status, headers: { ...locate(request, basePath, written), ...headers }, body: '' }
}

/** A PUT without a body in its response tells by its status whether it has created the row. */
export function respondToPut({ preferences, media }: TableRequest, written: Written): RestResponse {
  const isNew = written.affected > written.updated
  const headers = responseHeaders(preferences, 'PUT', `*/${getTotal(preferences, written)}`)
  const response = respondWithBody(preferences, media, written, headers)
  return isNew ? { ...response, status: 201 } : response
}

export function respondToUpdate({ preferences, media }: TableRequest, written: Written): RestResponse {
  const total = preferences.count === null ? null : written.rowCount
  const range = writeContentRange(0, written.rowCount, total)
  return respondWithBody(preferences, media, written, responseHeaders(preferences, 'PATCH', range))
}

export function respondToDelete({ preferences, media }: TableRequest, written: Written): RestResponse {
  const range = `*/${getTotal(preferences, written)}`
  return respondWithBody(preferences, media, written, responseHeaders(preferences, 'DELETE', range))
}

function respondWithBody(
  preferences: Preferences,
  media: Media,
  written: Written,
  headers: Headers,
): RestResponse {
  if (preferences.return !== 'representation') return { status: 204, headers, body: '' }
  return { status: 200, headers: { ...contentTypeHeader(media), ...headers }, body: written.body ?? '' }
}

function getTotal({ count }: Preferences, { rowCount }: Written): string {
  return count === null ? '*' : String(rowCount)
}

function contentTypeHeader({ contentType }: Media): Headers {
  return { 'content-type': contentType }
}

function responseHeaders(preferences: Preferences, method: string, range: string): Headers {
  const applied = writeApplied(preferences, method)
  return { 'content-range': range, ...(applied === '' ? {} : { 'preference-applied': applied }) }
}

/** Builds the `Location` of the new row. */
function locate({ scope }: TableRequest, basePath: string, { body }: Written): Headers {
  if (body === null) return {}
  const [row, ...others] = JSON.parse(body) as Record<string, string>[]
  if (row === undefined || others.length > 0) return {}
  const search = new URLSearchParams(
    Object.entries(row).map(([key, value]): [string, string] => [key, `eq.${value}`]),
  )
  return { location: `${basePath}/${encodeURIComponent(scope.relation.name)}?${search.toString()}` }
}
