import { randomUUID } from 'node:crypto'
import { OURS } from './in-process-api.ts'
import type { Answer, Ask, InProcessApi } from './in-process-api.ts'

export type Post = <T = unknown>(path: string, body: unknown, more?: Ask) => Promise<Answer<T>>

/** A client that sends each of its posts with one key, as a retrying client does. */
export function withKey(api: InProcessApi, key: string = randomUUID()): Post {
  return async (path, body, { headers, ...more } = {}) =>
    await api.ask('POST', path, { body, ...more, headers: { 'idempotency-key': key, ...headers } })
}

export const isReplayed = ({ headers }: Answer<unknown>): boolean => headers['idempotent-replayed'] === 'true'

export interface Created {
  id: string
  secret: string
}

export const SHOWN = { headers: { prefer: 'return=representation' } }

export const webhookRow = (more: object = {}) => ({
  organization_id: OURS,
  name: 'Repeated',
  url: 'https://crm.example.com/hook',
  events: ['*'],
  secret: 'generate',
  ...more,
})

export const contactRow = (first_name: string) => ({ organization_id: OURS, first_name })
