import { hash as digest, randomBytes } from 'node:crypto'
import type { Database } from '../../database/database.ts'
import { plainArray } from '../../database/array-literal.ts'
import { createRecentValues } from '../../database/recent-values.ts'
import { createSharedLookup } from '../../database/shared-lookup.ts'
import type { RowOf } from '../../database/statement.ts'
import type { Clock } from '../../domain/clock.ts'
import type { Scope } from '../../domain/principal.ts'
import { findApiKeys, touchApiKey as touchApiKeyStatement } from './sql/statements.generated.ts'

const PREFIX = 'cgw_'
const KEY = /^cgw_[A-Za-z0-9_-]{43}$/

/** An organization's key that is not revoked. */
export interface ApiKey extends RowOf<typeof findApiKeys> {
  scope: Scope
  /** True if its last use was recorded more than a minute ago. */
  is_stale: boolean
}

/** 256 random bits after a prefix that identifies leaked keys. */
export function generateApiKey(): string {
  return PREFIX + randomBytes(32).toString('base64url')
}

/** Returns the digest under which a key is stored, as hex. */
export function hashApiKey(key: string): string {
  return digest('sha256', key, 'hex')
}

/** Undefined for a key that is unknown or revoked. */
export type FindApiKey = (key: string) => Promise<ApiKey | undefined>

export interface KeyFinder {
  /** No result is older than its request, so a key revoked before a request is refused. */
  find: FindApiKey
  /** Remembers what it found, so that most requests do not need the database. */
  findRecent: FindApiKey
}

/** How long a revoked key is still found by `findRecent` while the database answers. */
const FRESH_MS = 5_000
/** How long a key is found by `findRecent` while the database does not answer. */
const KEPT_MS = 600_000

/** Creates the lookup of keys. The index holds digests, so its timing reveals nothing about keys. */
export function createKeyFinder(database: Database, clock: Clock): KeyFinder {
  const lookUp = createSharedLookup<ApiKey>(async (hashes) => {
    const { rows } = await database.query(...findApiKeys({ hashes: plainArray(hashes) }))
    // A check of the table allows no other scopes.
    return new Map(rows.map((row) => [row.hash, { ...row, scope: row.scope as Scope }]))
  })
  const recent = createRecentValues<ApiKey>({ lookUp, clock, freshMs: FRESH_MS, keptMs: KEPT_MS })
  return {
    find: async (key) => (KEY.test(key) ? await lookUp(hashApiKey(key)) : undefined),
    findRecent: async (key) => (KEY.test(key) ? await recent.find(hashApiKey(key)) : undefined),
  }
}

export async function touchApiKey(database: Database, id: string): Promise<void> {
  await database.query(...touchApiKeyStatement({ id }))
}
