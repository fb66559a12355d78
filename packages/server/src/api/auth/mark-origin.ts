import { phrase } from '../../domain/messages/phrase.ts'
import type { IncomingHttpHeaders } from 'node:http'
import { ApiError } from '../../domain/errors.ts'
import type { Principal } from '../../domain/principal.ts'
import { TRACEPARENT } from '../../domain/trace-context.ts'

const HEADER = 'X-Webhooks-Origin'
const ORIGIN = /^[\x21-\x7e](?:[\x20-\x7e]{0,198}[\x21-\x7e])?$/

/**
 * Adds the origin that the request names for its changes; without one, the origin remains the name of the key.
 * @throws ApiError 400
 */
export function markOrigin(principal: Principal, headers: IncomingHttpHeaders): Principal {
  const given = headers[HEADER.toLowerCase()]
  if (given === undefined || given === '') return principal
  if (typeof given === 'string' && ORIGIN.test(given)) return { ...principal, origin: given }
  throw new ApiError(400, '22023', phrase('request.origin'), {
    details: HEADER,
  })
}

/** Adds the trace of the request. The standard requires that a malformed header is ignored. */
export function markTrace(principal: Principal, { traceparent }: IncomingHttpHeaders): Principal {
  return typeof traceparent === 'string' && TRACEPARENT.test(traceparent)
    ? { ...principal, traceparent }
    : principal
}
