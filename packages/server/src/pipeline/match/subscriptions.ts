import type { Clock } from '../../domain/clock.ts'
import { plainArray } from '../../database/array-literal.ts'
import type { Connection } from '../../database/database.ts'
import type { Subscription } from '../../domain/match-webhooks.ts'
import { createLru } from '../../domain/lru.ts'
import { readSubscriptions, readVersions } from './sql/statements.generated.ts'

/** Reads the webhooks of organizations within the relay's transaction. */
export interface Subscriptions {
  read(connection: Connection, organizations: ReadonlySet<string>): Promise<ReadonlyMap<string, Known>>
}

type Known = readonly Subscription[]

interface Kept {
  /** Undefined for an organization that never had a webhook. */
  version: number | undefined
  /** When a replaced secret stops signing, by this process's clock. */
  expires: number
  webhooks: Known
}

const MAX_ORGANIZATIONS = 10_000

/**
 * Caches webhooks by the organization's version, which every change of a webhook increments in its own transaction. So the cache is
 * never stale, and a batch for a thousand organizations reads a thousand numbers instead of a thousand webhooks. Concurrent batches
 * share the cache, but none reads it again after it has waited: another batch may have stored older rows meanwhile.
 */
export function createSubscriptions(clock: Clock): Subscriptions {
  const kept = createLru<string, Kept>(MAX_ORGANIZATIONS)

  async function load(
    connection: Connection,
    stale: ReadonlyMap<string, number | undefined>,
  ): Promise<Map<string, Known>> {
    // Read before the statement: its rows may be newer than their version in the cache, never older.
    const now = clock.now()
    const { rows } = await connection.query(
      ...readSubscriptions({ organizations: plainArray([...stale.keys()]) }),
    )
    const loaded = new Map<string, typeof rows>()
    for (const organization of stale.keys()) loaded.set(organization, [])
    for (const row of rows) loaded.get(row.organization_id)?.push(row)
    for (const [organization, version] of stale) {
      const webhooks = loaded.get(organization) ?? []
      const expires = now + Math.min(...webhooks.map((row) => row.expires_ms ?? Number.POSITIVE_INFINITY))
      kept.set(organization, { version, expires, webhooks })
    }
    return loaded
  }

  return {
    async read(connection, organizations) {
      const { rows } = await connection.query(
        ...readVersions({ organizations: plainArray([...organizations]) }),
      )
      const versions = new Map(rows.map((row) => [row.organization_id, row.version]))
      const now = clock.now()
      const stale = new Map<string, number | undefined>()
      const current = new Map<string, Known>()
      for (const organization of organizations) {
        const known = kept.get(organization)
        const version = versions.get(organization)
        if (known === undefined || known.version !== version || known.expires <= now)
          stale.set(organization, version)
        else current.set(organization, known.webhooks)
      }
      const loaded = stale.size > 0 ? await load(connection, stale) : []
      return new Map([...current, ...loaded])
    },
  }
}
