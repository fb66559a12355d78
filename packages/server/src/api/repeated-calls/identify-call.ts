import { phrase } from '../../domain/messages/phrase.ts'
import { hash } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import { ApiError } from '../../domain/errors.ts'
import { readHeader } from '../../rest/request/rest-message.ts'
import type { Caller } from '../auth/authenticate.ts'
import { getSearch } from '../http/rest-methods.ts'

export const IDEMPOTENCY_KEY = 'idempotency-key'
const MAX_LENGTH = 255
const OTHER_ROWS = /^\s*(?:text\/csv|application\/x-www-form-urlencoded)/i

/** A call that may be repeated, as digests: the key and the credential are not stored. */
export interface RepeatableCall {
  /** Of credential, path and key. */
  id: string
  credentialId: string
  /** Of the body and what else the response depends on, as hex. */
  requestHash: string
}

/** @throws ApiError 400 if the key is not valid */
export function identifyCall(request: FastifyRequest): RepeatableCall {
  const key = readKey(request)
  const credential = describeCredential(request.caller)
  const path = request.url.split('?')[0]
  const body = typeof request.body === 'string' ? request.body : ''
  const { headers } = request
  const parts = [
    getSearch(request),
    readHeader(headers, 'prefer'),
    readHeader(headers, 'accept'),
    body,
    // The same text is other rows in another format.
    ...(OTHER_ROWS.exec(readHeader(headers, 'content-type')) ?? []),
  ]
  return {
    id: toUuid(JSON.stringify([credential, path, key])),
    credentialId: toUuid(credential),
    requestHash: hash('sha256', JSON.stringify(parts), 'hex'),
  }
}

function readKey({ raw, headers }: FastifyRequest): string {
  const given = raw.rawHeaders.filter(
    (name, index) => index % 2 === 0 && name.toLowerCase() === IDEMPOTENCY_KEY,
  )
  const key = readHeader(headers, IDEMPOTENCY_KEY)
  if (given.length <= 1 && key.length > 0 && key.length <= MAX_LENGTH) return key
  throw new ApiError(400, 'PGRST100', phrase('call.keyLength', { count: MAX_LENGTH }), {
    details: given.length > 1 ? 'The header is given more than once.' : `It has ${key.length}.`,
    hint: phrase('call.keyHint'),
  })
}

/**
 * A session is a credential of its own, other than the key that opened it: it may do less. Tokens with the same subject
 * may have different scopes.
 */
function describeCredential({ principal: { role, organizationId, actor } }: Caller): string {
  return JSON.stringify([actor?.kind, organizationId, role, actor?.id])
}

/** The first half of a SHA-256, in the form of a UUID. */
function toUuid(text: string): string {
  const hex = hash('sha256', text, 'hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join(
    '-',
  )
}
