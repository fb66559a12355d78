import { phrase } from '../../domain/messages/phrase.ts'
import type { FastifyRequest } from 'fastify'
import { ApiError } from '../../domain/errors.ts'

export const BODY_LIMIT = 1024 * 1024
/** supabase-js puts long `.in()` lists into the URL. */
const MAX_URL_LENGTH = 64 * 1024
/** Limit on the URL and all headers together. */
export const MAX_HEAD_BYTES = MAX_URL_LENGTH + 16 * 1024
/** Interval in milliseconds of the check for connections that are too slow. */
export const MAX_CHECK_INTERVAL_MS = 5_000

export async function refuseLongUrl({ raw }: FastifyRequest): Promise<void> {
  if ((raw.url ?? '').length <= MAX_URL_LENGTH) return
  throw new ApiError(414, '54000', phrase('request.longUrl'), {
    hint: phrase('hint.splitLists'),
  })
}
