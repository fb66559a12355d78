import { isDatabaseError } from '../../db/database.ts'
import type { DatabaseError } from '../../db/database.ts'
import { ApiError } from '../../errors.ts'
import type { Principal } from './principal.ts'
import { AmbiguousEmbedError } from './relationships.ts'
import type { RestResponse } from './rest-message.ts'

type Headers = Record<string, string>

/** An ApiError whose answer needs headers beside the body: `Content-Range` of a 416, `Allow` of a 405. */
export class RestError extends ApiError {
  readonly headers: Readonly<Headers>

  constructor(
    status: number,
    code: string,
    message: string,
    { headers, ...more }: { details?: string; hint?: string; headers: Headers },
  ) {
    super(status, code, message, more)
    this.headers = headers
  }
}

/** What goes wrong on the way to the database, before it can answer with a SQLSTATE. */
const unreachable = new Set(['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'EPIPE', 'ETIMEDOUT', 'EAI_AGAIN'])

/** The same as the driver says it without a code: no connection came free in time, or one broke off. */
const LOST =
  /^(timeout exceeded when trying to connect|Connection terminated|Client has encountered a connection error)/

const statusByState: Readonly<Record<string, number>> = {
  '23503': 409,
  '23505': 409,
  '42501': 403,
  '42P01': 404,
  '42883': 404,
  '53400': 409,
}

const statusByClass: Readonly<Record<string, number>> = {
  '08': 503,
  '53': 503,
  '40': 500,
  '54': 500,
  '55': 500,
  '57': 500,
  XX: 500,
}

/**
 * The answer to anything that was thrown while serving a request. `principal` null says that the request was
 * anonymous: what is then forbidden may be allowed with credentials.
 */
export function toErrorResponse(thrown: unknown, principal?: Principal | null): RestResponse {
  const error = toApiError(thrown, principal === null)
  const { status, code, message, details, hint } = error
  return {
    status,
    headers: {
      'content-type': 'application/json; charset=utf-8',
      'proxy-status': `PostgREST; error=${code}`,
      ...(error instanceof RestError ? error.headers : {}),
    },
    body: JSON.stringify({
      code,
      details: error instanceof AmbiguousEmbedError ? error.choices : details,
      hint,
      message,
    }),
  }
}

function toApiError(thrown: unknown, isAnonymous: boolean): ApiError {
  if (thrown instanceof ApiError) return thrown
  if (isUnreachable(thrown)) return new ApiError(503, 'PGRST000', 'the database cannot be reached')
  if (isDatabaseError(thrown)) return fromDatabase(thrown, isAnonymous)
  return new ApiError(500, 'XX000', 'internal error')
}

function isUnreachable(thrown: unknown): boolean {
  if (!(thrown instanceof Error)) return false
  return unreachable.has((thrown as { code?: string }).code ?? '') || LOST.test(thrown.message)
}

function fromDatabase({ code, message, detail, hint }: DatabaseError, isAnonymous: boolean): ApiError {
  const stateClass = code.slice(0, 2)
  const status = statusByState[code] ?? statusByClass[stateClass] ?? 400
  if (code === 'PT413') return new ApiError(413, '54000', message, hint === undefined ? {} : { hint })
  if (stateClass === 'XX') return new ApiError(status, code, 'internal error')
  if (status === 503) return new ApiError(status, code, 'the database is not available')
  if (code === '57014') {
    const slow = 'Ask for fewer rows, or filter by a column that is indexed.'
    return new ApiError(status, code, 'the statement took too long and was cancelled', { hint: slow })
  }
  // A merge that meets a row of another organization is refused as an insert for that organization is.
  const told = code === '42501' ? message.replace(' (USING expression)', '') : message
  return new ApiError(status === 403 && isAnonymous ? 401 : status, code, told, {
    ...(detail === undefined ? {} : { details: detail }),
    ...(hint === undefined ? {} : { hint }),
  })
}
