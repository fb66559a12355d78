import { hash as digest, randomBytes } from 'node:crypto'
import type { Database } from '../../database/database.ts'
import { plainArray } from '../../database/array-literal.ts'
import type { RowOf } from '../../database/statement.ts'
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

interface Waiting {
  hash: string
  resolve(found: ApiKey | undefined): void
  reject(error: unknown): void
}

/**
 * Creates the lookup of keys. Keys requested while a query runs are looked up together by the next query. No result is
 * older than its request, so a key revoked before a request is refused. The index holds digests, so its timing reveals
 * nothing about keys.
 */
export function createKeyFinder(database: Database): FindApiKey {
  let waiting: Waiting[] = []
  let isLooking = false

  async function lookUp(): Promise<void> {
    isLooking = true
    while (waiting.length > 0) {
      const asked = waiting
      waiting = []
      try {
        const hashes = [...new Set(asked.map(({ hash }) => hash))]
        const { rows } = await database.query(...findApiKeys({ hashes: plainArray(hashes) }))
        // A check of the table allows no other scopes.
        const found = new Map(rows.map((row) => [row.hash, { ...row, scope: row.scope as Scope }]))
        for (const { hash, resolve } of asked) resolve(found.get(hash))
      } catch (error) {
        for (const { reject } of asked) reject(error)
      }
    }
    isLooking = false
  }

  return async (key) => {
    if (!KEY.test(key)) return undefined
    return await new Promise((resolve, reject) => {
      waiting.push({ hash: hashApiKey(key), resolve, reject })
      if (!isLooking) void lookUp()
    })
  }
}

export async function touchApiKey(database: Database, id: string): Promise<void> {
  await database.query(...touchApiKeyStatement({ id }))
}
