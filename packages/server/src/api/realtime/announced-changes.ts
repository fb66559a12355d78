import { z } from 'zod'
import type { Database, Unlisten } from '../../database/database.ts'
import { FOLLOWED_TABLES } from './followed-tables.ts'
import type { Followers } from './followers.ts'
import type { ReadRows } from './read-rows.ts'

const CHANNEL = 'webhooks_rows'
/** Changes of one row in this time are one. */
const GATHER_MS = 20
/** Rows that are read at once. */
const CHUNK = 50
const MAX_WAITING = 10_000

const announcement = z.object({
  table: z.string(),
  type: z.enum(['INSERT', 'UPDATE', 'DELETE']),
  key: z.string(),
  /** Absent in tables that all organizations share. */
  organization_id: z.string().nullish(),
})
type Announcement = z.output<typeof announcement>

export interface AnnouncedOptions {
  database: Database
  followers: Followers
  readRows: ReadRows
  /** The column that identifies a row. */
  keyOf(table: string): string
  /** Whether somebody is about to follow. */
  isHeld(): boolean
  onFailure(error: unknown): void
}

/** Publishes changes that triggers announce with NOTIFY. Listens only while somebody follows such a table. */
export class AnnouncedChanges {
  readonly #options: AnnouncedOptions
  #waiting = new Map<string, Announcement>()
  #listening: Promise<Unlisten> | undefined
  #timer: NodeJS.Timeout | undefined
  #publishing = Promise.resolve()

  constructor(options: AnnouncedOptions) {
    this.#options = options
  }

  /** Resolves when changes that are committed from now on will be found. */
  async prepare(): Promise<void> {
    this.#listening ??= this.#options.database.listen(CHANNEL, (payload) => this.#receive(payload))
    try {
      await this.#listening
    } catch (error) {
      this.#listening = undefined
      throw error
    }
  }

  /** To be called when nobody may follow such a table any more. */
  async release(): Promise<void> {
    const { followers, isHeld, onFailure } = this.#options
    if (isHeld() || announcedTables().some((table) => followers.isFollowed(table))) return
    const listening = this.#listening
    this.#listening = undefined
    await listening?.then((unlisten) => unlisten()).catch(onFailure)
  }

  async stop(): Promise<void> {
    clearTimeout(this.#timer)
    await this.release()
    await this.#publishing
  }

  #receive(payload: string): void {
    const parsed = parseAnnouncement(payload)
    // Without a payload, announcements may have been missed.
    if (parsed === undefined || this.#waiting.size >= MAX_WAITING) {
      this.#waiting.clear()
      this.#reset(announcedTables(), 'changes may have been missed')
      return
    }
    if (!this.#options.followers.isFollowed(parsed.table)) return
    const name = `${parsed.table} ${parsed.key}`
    const earlier = this.#waiting.get(name)
    // An update right after the insert is part of it, since the row is read once.
    const type = earlier?.type === 'INSERT' && parsed.type === 'UPDATE' ? 'INSERT' : parsed.type
    this.#waiting.set(name, { ...parsed, type })
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined
      const changes = [...this.#waiting.values()]
      this.#waiting = new Map()
      this.#publishing = this.#publishing.then(() => this.#publish(changes))
    }, GATHER_MS)
  }

  async #publish(changes: readonly Announcement[]): Promise<void> {
    for (const table of new Set(changes.map((change) => change.table))) {
      try {
        await this.#publishTable(
          table,
          changes.filter((change) => change.table === table),
        )
      } catch (error) {
        this.#options.onFailure(error)
        this.#reset([table], 'changes could not be read')
      }
    }
  }

  async #publishTable(table: string, changes: readonly Announcement[]): Promise<void> {
    const { followers, readRows, keyOf } = this.#options
    const column = keyOf(table)
    const wanted = changes.filter(
      ({ organization_id }) => organization_id === undefined || followers.covers(table, organization_id),
    )
    for (let at = 0; at < wanted.length; at += CHUNK) {
      const chunk = wanted.slice(at, at + CHUNK)
      const keys = chunk.filter(({ type }) => type !== 'DELETE').map(({ key }) => key)
      const rows = keys.length === 0 ? [] : await readRows(table, column, keys)
      const byKey = new Map(rows.map((row) => [row[column], row]))
      for (const { type, key, organization_id } of chunk) {
        const gone = type === 'DELETE' ? { [column]: key, organization_id } : undefined
        const row = gone ?? byKey.get(key)
        // A row that is gone already has its deletion announced.
        if (row === undefined) continue
        // Whose row it is, the row itself says.
        const organizationId = row['organization_id'] as string | null | undefined
        followers.publish({ table, type, organizationId, row })
      }
    }
  }

  #reset(tables: readonly string[], reason: string): void {
    for (const table of tables) this.#options.followers.reset(table, reason)
  }
}

/** Undefined for one that is empty, or not of our trigger. */
function parseAnnouncement(payload: string): Announcement | undefined {
  try {
    return announcement.safeParse(JSON.parse(payload)).data
  } catch {
    return undefined
  }
}

const announcedTables = (): string[] =>
  [...FOLLOWED_TABLES].filter(([, { source }]) => source === 'announced').map(([table]) => table)
