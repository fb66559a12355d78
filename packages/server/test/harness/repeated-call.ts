import { randomUUID } from 'node:crypto'
import type { Answer, Ask, InProcessApi } from './in-process-api.ts'

export type Post = <T = unknown>(path: string, body: unknown, more?: Ask) => Promise<Answer<T>>

/** A client that sends each of its posts with one key, as a retrying client does. */
export function withKey(api: InProcessApi, key: string = randomUUID()): Post {
  return async (path, body, { headers, ...more } = {}) =>
    await api.ask('POST', path, { body, ...more, headers: { 'idempotency-key': key, ...headers } })
}

export const isReplayed = ({ headers }: Answer<unknown>): boolean => headers['idempotent-replayed'] === 'true'
