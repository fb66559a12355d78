import type { Clock } from '../../domain/clock.ts'
import { plainArray } from '../../database/array-literal.ts'
import type { Connection } from '../../database/database.ts'
import type { Subscription } from '../../domain/match-webhooks.ts'
import { createLru } from '../../domain/lru.ts'
import { readSubscriptions, readVersions } from './sql/statements.generated.ts'

/** The version of each organization's webhooks; undefined for an organization that never had one. */
export type Versions = ReadonlyMap<string, number | undefined>

/** Reads the webhooks of organizations. */
export interface Subscriptions {
  /** Returns webhooks that are as new as these versions, or newer. */
  read(connection: Connection, versions: Versions): Promise<ReadonlyMap<string, Known>>
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

/** Reads the current versions. @returns also when they were read, by the database's clock, as text; empty without organizations */
export async function readCurrentVersions(
  connection: Connection,
  organizations: readonly string[],
): Promise<{ versions: Versions; readAt: string }> {
  if (organizations.length === 0) return { versions: new Map(), readAt: '' }
  const { rows } = await connection.query(...readVersions({ organizations: plainArray(organizations) }))
  const versions = new Map(rows.map((row) => [row.organization_id, row.version ?? undefined]))
  return { versions, readAt: rows[0]!.read_at }
}

/**
 * Caches webhooks by the organization's version, which every change of a webhook increments in its own transaction. The versions come
 * with the events, from one snapshot, so the cache is never stale: an event that commits after a change finds it.
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
    async read(connection, versions) {
      const now = clock.now()
      const stale = new Map<string, number | undefined>()
      const current = new Map<string, Known>()
      for (const [organization, version] of versions) {
        const known = kept.get(organization)
        if (known === undefined || known.version !== version || known.expires <= now)
          stale.set(organization, version)
        else current.set(organization, known.webhooks)
      }
      const loaded = stale.size > 0 ? await load(connection, stale) : []
      return new Map([...current, ...loaded])
    },
  }
}
