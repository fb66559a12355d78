import { phrase } from '../../domain/messages/phrase.ts'
import { RestError } from '../../domain/errors.ts'

/** As many as may be queued: the queue would refuse more anyway. */
export const MAX_CONCURRENT_BYTES = 32 * 1024 * 1024

/** @throws RestError 429 while too many bytes of the organization's requests are in memory */
export type WithinBodyLimit = <T>(organization: string, bytes: number, work: () => Promise<T>) => Promise<T>

/** Bounds the bodies that wait in memory for the database: there may be hundreds of requests of 4 MiB each. */
export function createBodyLimit(): WithinBodyLimit {
  const held = new Map<string, number>()
  return async (organization, bytes, work) => {
    const key = organization.toLowerCase()
    const sum = (held.get(key) ?? 0) + bytes
    if (sum > MAX_CONCURRENT_BYTES) throw refuse()
    held.set(key, sum)
    try {
      return await work()
    } finally {
      const left = held.get(key)! - bytes
      if (left === 0) held.delete(key)
      else held.set(key, left)
    }
  }
}

const refuse = (): RestError =>
  new RestError(429, 'PT429', phrase('limit.largePosts'), {
    hint: phrase('hint.retryInOne'),
    headers: { 'retry-after': '1' },
  })
