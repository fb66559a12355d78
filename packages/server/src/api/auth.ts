import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { ApiError } from '../errors.ts'
import type { Principal } from './rest/principal.ts'

export type Authenticate = (headers: IncomingHttpHeaders) => Principal

/** `apikey: <key>` or `Authorization: Bearer <key>`; supabase-js sends the same key in both. */
export function createAuthenticate(serviceKey: string): Authenticate {
  const expected = digest(serviceKey)
  return ({ apikey, authorization }) => {
    const bearer = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1]
    const key = bearer ?? (typeof apikey === 'string' ? apikey : undefined)
    if (key === undefined || key === '') {
      throw new ApiError(401, 'PGRST302', 'no credentials were given', {
        hint: 'Send the header apikey: <key>, or Authorization: Bearer <key>.',
      })
    }
    // Digests have one length, so that the comparison takes one time.
    if (!timingSafeEqual(digest(key), expected)) {
      throw new ApiError(401, 'PGRST301', 'the key is not valid', {
        hint: 'Check for a missing or cut-off key.',
      })
    }
    return { role: 'webhooks_service', organizationId: null }
  }
}

function digest(key: string): Buffer {
  return createHash('sha256').update(key).digest()
}
