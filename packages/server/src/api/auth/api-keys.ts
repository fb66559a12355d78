import { createHash, randomBytes } from 'node:crypto'
import type { Database } from '../../database/database.ts'
import { loadStatement } from '../../database/statement.ts'
import type { Scope } from '../../domain/principal.ts'

const findStatement = loadStatement(import.meta.url, 'find-api-keys')
const touchStatement = loadStatement(import.meta.url, 'touch-api-key')

const PREFIX = 'cgw_'
const KEY = /^cgw_[A-Za-z0-9_-]{43}$/

/** An organization's key that is not revoked. */
export interface ApiKey {
  hash: string
  id: string
  organization_id: string
  scope: Scope
  name: string
  hint: string
  /** True if its last use was recorded more than a minute ago. */
  is_stale: boolean
}

/** 256 random bits after a prefix that identifies leaked keys. */
export function generateApiKey(): string {
  return PREFIX + randomBytes(32).toString('base64url')
}

/** Returns the digest under which a key is stored, as hex. */
export function hashApiKey(key: string): string {
  return createHash('sha256').update(key).digest('hex')
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
        const { rows } = await database.query<ApiKey>(findStatement, [`{${hashes.join(',')}}`])
        const found = new Map(rows.map((row) => [row.hash, row]))
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
  await database.query(touchStatement, [id])
}
