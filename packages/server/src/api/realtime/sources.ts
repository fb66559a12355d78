import type { Database } from '../../database/database.ts'
import { AnnouncedChanges } from './announced-changes.ts'
import { DeliveryChanges } from './delivery-changes.ts'
import { FOLLOWED_TABLES } from './followed-tables.ts'
import type { Followers } from './followers.ts'
import { createRecentReaders } from './read-recent.ts'
import type { ReadRows } from './read-rows.ts'
import type { TimedRow } from './recent-rows.ts'
import { Tail } from './tail.ts'

export interface SourcesOptions {
  database: Database
  followers: Followers
  readRows: ReadRows
  keyOf(table: string): string
  now(): number
  onFailure(error: unknown): void
  /** For tests. */
  pollEvery?: number | undefined
}

/** Finds changes, of the tables that somebody follows: all clients of this process share what is read. */
export class Sources {
  readonly #announced: AnnouncedChanges
  readonly #tails: ReadonlyMap<string, readonly Pick<Tail<TimedRow>, 'prepare' | 'stop'>[]>
  #holds = 0

  constructor(given: SourcesOptions) {
    const options = { ...given, isHeld: () => this.#holds > 0 }
    const { database, followers, readRows } = options
    this.#announced = new AnnouncedChanges(options)
    const recent = createRecentReaders(database)
    const deliveries = new DeliveryChanges(followers, readRows)
    const publishInserts = (table: string) => async (rows: readonly TimedRow[]) => {
      const ids = rows.map(({ id }) => id)
      for (const row of await readRows(table, 'id', ids)) {
        const organizationId = row['organization_id'] as string
        followers.publish({ table, type: 'INSERT', organizationId, row })
      }
    }
    const [logs, ofDeliveries, events] = ['webhook_logs', 'webhook_deliveries', 'webhook_events'] as const
    this.#tails = new Map([
      [
        logs,
        [new Tail({ ...options, table: logs, readRecent: recent.attempts, publish: publishInserts(logs) })],
      ],
      [
        ofDeliveries,
        [
          new Tail({
            ...options,
            table: ofDeliveries,
            readRecent: recent.deliveries,
            publish: (rows) => deliveries.publishNew(rows),
          }),
          new Tail({
            ...options,
            table: ofDeliveries,
            readRecent: recent.attempts,
            publish: (rows) => deliveries.publishAttempted(rows),
          }),
        ],
      ],
      [
        events,
        [new Tail({ ...options, table: events, readRecent: recent.events, publish: publishInserts(events) })],
      ],
    ])
  }

  /**
   * Finds changes of the organization's rows from now on; null: of every organization's.
   * @param follow adds the followers
   */
  async open(tables: Iterable<string>, organizationId: string | null, follow: () => void): Promise<void> {
    this.#holds += 1
    try {
      await Promise.all([...tables].map((table) => this.#prepare(table, organizationId)))
      follow()
    } finally {
      this.#holds -= 1
      // Somebody may have stopped meanwhile.
      this.release()
    }
  }

  async #prepare(table: string, organizationId: string | null): Promise<void> {
    if (FOLLOWED_TABLES.get(table)?.source === 'announced') return await this.#announced.prepare()
    await Promise.all((this.#tails.get(table) ?? []).map((tail) => tail.prepare(organizationId)))
  }

  /** To be called after somebody stopped following. Tails notice it themselves. */
  release(): void {
    void this.#announced.release()
  }

  async stop(): Promise<void> {
    await Promise.all([
      this.#announced.stop(),
      ...[...this.#tails.values()].flat().map((tail) => tail.stop()),
    ])
  }
}
