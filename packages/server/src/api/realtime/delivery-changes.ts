import { createLru } from '../../domain/lru.ts'
import type { Row } from './change-filter.ts'
import type { Followers } from './followers.ts'
import type { ReadRows } from './read-rows.ts'
import type { RecentAttempt } from './read-recent.ts'
import { timeOfId } from './recent-rows.ts'
import type { TimedRow } from './recent-rows.ts'

const TABLE = 'webhook_deliveries'
/** Deliveries whose last published state is known. */
const MAX_KNOWN = 20_000

interface Known {
  attempts: number
  updatedAt: unknown
}

/**
 * Publishes changes of deliveries: new ones by their ids, and the others by their attempts. A delivery has no index on
 * the time of its last change, because recording an outcome must not touch one.
 */
export class DeliveryChanges {
  readonly #followers: Followers
  readonly #readRows: ReadRows
  readonly #known = createLru<string, Known>(MAX_KNOWN)

  constructor(followers: Followers, readRows: ReadRows) {
    this.#followers = followers
    this.#readRows = readRows
  }

  async publishNew(deliveries: readonly TimedRow[]): Promise<void> {
    const ids = deliveries.filter(({ id }) => this.#known.get(id) === undefined).map(({ id }) => id)
    await this.#publish(ids, () => true)
  }

  async publishAttempted(attempts: readonly RecentAttempt[]): Promise<void> {
    const changed = attempts.filter(
      ({ delivery_id, attempt, is_test }) =>
        !is_test && (this.#known.get(delivery_id)?.attempts ?? 0) < attempt,
    )
    const ids = [...new Set(changed.map(({ delivery_id }) => delivery_id))]
    // One that is delivered at once is written once, with its outcome: it is new, and its attempt may be found first.
    await this.#publish(
      ids,
      (id, organizationId) => timeOfId(id) >= this.#followers.since(TABLE, organizationId),
    )
  }

  async #publish(
    ids: readonly string[],
    isNew: (id: string, organizationId: string) => boolean,
  ): Promise<void> {
    if (ids.length === 0) return
    for (const row of await this.#readRows(TABLE, 'id', ids)) this.#publishRow(row, isNew)
  }

  #publishRow(row: Row, isNew: (id: string, organizationId: string) => boolean): void {
    const [id, organizationId] = [row['id'] as string, row['organization_id'] as string]
    const known = this.#known.get(id)
    const state = { attempts: row['attempts'] as number, updatedAt: row['updated_at'] }
    if (known?.updatedAt === state.updatedAt && known?.attempts === state.attempts) return
    this.#known.set(id, state)
    const type = known === undefined && isNew(id, organizationId) ? 'INSERT' : 'UPDATE'
    this.#followers.publish({ table: TABLE, type, organizationId, row })
  }
}
