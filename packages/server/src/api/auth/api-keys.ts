import { createHash, randomBytes } from 'node:crypto'
import type { Database } from '../../db/database.ts'
import { loadStatement } from '../../db/statement.ts'
import type { Scope } from './access.ts'

const findStatement = loadStatement(import.meta.url, 'find-api-key')
const touchStatement = loadStatement(import.meta.url, 'touch-api-key')

const PREFIX = 'cgw_'
const KEY = /^cgw_[A-Za-z0-9_-]{43}$/

/** A key of an organization, in use. */
export interface ApiKey {
  id: string
  organization_id: string
  scope: Scope
  /** Whether its last use was noted more than a minute ago. */
  is_stale: boolean
}

/** 256 bits of randomness behind a prefix by which a leaked key is recognized. */
export function generateApiKey(): string {
  return PREFIX + randomBytes(32).toString('base64url')
}

/** What is stored of a key, as hex. */
export function hashApiKey(key: string): string {
  return createHash('sha256').update(key).digest('hex')
}

/** Undefined for a key that is unknown or was revoked. The index sees a digest: its timing tells nothing of the key. */
export async function findApiKey(database: Database, key: string): Promise<ApiKey | undefined> {
  if (!KEY.test(key)) return undefined
  const { rows } = await database.query<ApiKey>(findStatement, [hashApiKey(key)])
  return rows[0]
}

export async function touchApiKey(database: Database, id: string): Promise<void> {
  await database.query(touchStatement, [id])
}
