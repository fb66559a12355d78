import type { Said } from '../../domain/messages/phrase.ts'
import { phrase, verbatim } from '../../domain/messages/phrase.ts'
import { isDatabaseError } from '../../database/database.ts'
import type { DatabaseError } from '../../database/database.ts'
import { isUnreachable } from '../../database/unavailable.ts'
import { API_ERRORS } from '../../domain/api-errors.ts'
import type { ApiErrorCode } from '../../domain/api-errors.ts'
import { ApiError, RestError } from '../../domain/errors.ts'
import type { Principal } from '../../domain/principal.ts'
import { readMessage, readProblems } from '../../domain/messages/server-message.ts'
import { statusOfState } from './status-of-state.ts'
import { AmbiguousEmbedError } from '../schema-cache/relationships.ts'
import type { RestResponse } from '../request/rest-message.ts'

/** Seconds after which the client may send the same request again. */
const RETRY_AFTER = '5'
const TRY_AGAIN = phrase('hint.tryAgain')

/**
 * Builds the response to any error thrown while serving a request. A null `principal` means that the request was
 * anonymous: credentials may then permit what is refused.
 */
export function toErrorResponse(thrown: unknown, principal?: Principal | null): RestResponse {
  const error = toApiError(thrown, principal === null)
  const { status, code, message, details } = error
  const hint = error.hint ?? fixOf(status, code)
  return {
    status,
    headers: {
      'content-type': 'application/json; charset=utf-8',
      'proxy-status': `PostgREST; error=${code}`,
      ...(status === 503 ? { 'retry-after': RETRY_AFTER } : {}),
      ...(error instanceof RestError ? error.headers : {}),
    },
    body: JSON.stringify({
      code,
      details: error instanceof AmbiguousEmbedError ? error.choices : details,
      hint,
      message,
      ...codesOf(message, details, hint),
    }),
  }
}

/** What the table of codes says to do, where an error says nothing more precise. */
function fixOf(status: number, code: string): Said | null {
  if (status < 400 || status >= 500 || !Object.hasOwn(API_ERRORS, code)) return null
  return phrase(API_ERRORS[code as ApiErrorCode].action)
}

/** For clients that say it in another language; left out where a text has no code. */
function codesOf(message: string, details: string | null, hint: string | null): object {
  const problems = readProblems(message, details)
  const advice = hint === null ? undefined : readMessage(hint)
  return {
    ...(problems.length === 0 ? {} : { problems }),
    ...(advice === undefined ? {} : { advice }),
  }
}

function toApiError(thrown: unknown, isAnonymous: boolean): ApiError {
  if (thrown instanceof ApiError) return thrown
  if (isUnreachable(thrown))
    return new ApiError(503, 'PGRST000', phrase('database.unreachable'), { hint: TRY_AGAIN })
  if (isDatabaseError(thrown)) return fromDatabase(thrown, isAnonymous)
  return new ApiError(500, 'XX000', phrase('error.internal'))
}

function fromDatabase({ code, message, detail, hint }: DatabaseError, isAnonymous: boolean): ApiError {
  const stateClass = code.slice(0, 2)
  const status = statusOfState({ code, message })
  if (code === 'PT413')
    return new ApiError(413, '54000', verbatim(message), hint === undefined ? {} : { hint: verbatim(hint) })
  if (status === 503) return ApiError.of(status, code, phrase('database.unavailable'), { hint: TRY_AGAIN })
  if (stateClass === 'XX') return ApiError.of(status, code, phrase('error.internal'))
  if (code === '57014') {
    const slow = phrase('hint.fewerRows')
    return ApiError.of(status, code, phrase('database.slow'), { hint: slow })
  }
  if (stateClass === '23') return ApiError.of(status, code, phrase('database.rule'))
  if (code === '42501') return ApiError.of(isAnonymous ? 401 : status, code, forbidden(message))
  return ApiError.of(status, code, verbatim(message), {
    ...(detail === undefined ? {} : { details: detail }),
    ...(hint === undefined ? {} : { hint: verbatim(hint) }),
  })
}

/** The database names what nobody outside knows; what triggers of ours say is for callers. */
function forbidden(message: string): Said {
  if (message.startsWith('permission denied')) return phrase('database.denied')
  // A merge into another organization's row is refused with the same message as an insert for that organization.
  return verbatim(message.replace(' (USING expression)', ''))
}
