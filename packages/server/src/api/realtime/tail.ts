import type { Audience, Followers } from './followers.ts'
import { RecentRows } from './recent-rows.ts'
import type { TimedRow } from './recent-rows.ts'

const POLL_MS = 1_000
/** Rows with their contents that are read at once: with the largest bodies, some megabytes. */
const CHUNK = 50
/** Rows that one run passes on. This bounds what following costs the database while very many attempts are made. */
const MAX_ROWS_PER_RUN = 1_000
/** Those that were passed on before are read again. */
const PAGE = 5_000
/** Following rows that are older than this is of no use: clients are told to read instead. */
const MAX_LAG_MS = 15_000

export interface TailOptions<R extends TimedRow> {
  table: string
  followers: Followers
  now(): number
  /** Reads rows after the time, oldest first. */
  readRecent(audience: Audience, floor: number, limit: number): Promise<R[]>
  /** Whether somebody is about to follow. */
  isHeld(): boolean
  /** Passes new rows on. */
  publish(rows: readonly R[]): Promise<void>
  onFailure(error: unknown): void
  /** For tests. */
  pollEvery?: number | undefined
}

/** Finds new rows of a table that grows by its times, by reading its end every second: only while somebody follows it. */
export class Tail<R extends TimedRow> {
  readonly #options: TailOptions<R>
  #recent: RecentRows | undefined
  #timer: NodeJS.Timeout | undefined
  #run: Promise<void> | undefined
  #isStopped = false

  constructor(options: TailOptions<R>) {
    this.#options = options
  }

  /** Resolves when rows that come from now on will be found, and those that are there will not. */
  async prepare(organizationId: string | null): Promise<void> {
    const { table, followers, now } = this.#options
    this.#recent ??= new RecentRows(now())
    this.#schedule()
    if (followers.covers(table, organizationId)) return
    await this.#skipPresent(this.#recent, organizationId === null ? null : [organizationId])
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    clearTimeout(this.#timer)
    await this.#run
  }

  async #skipPresent(recent: RecentRows, audience: Audience): Promise<void> {
    let floor = recent.floor
    for (;;) {
      const rows = await this.#options.readRecent(audience, floor, PAGE)
      recent.pass(rows)
      if (rows.length < PAGE) return
      floor = Math.max(rows.at(-1)!.at, floor + 1)
    }
  }

  #schedule(): void {
    if (this.#isStopped || this.#run !== undefined || this.#timer !== undefined) return
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      this.#run = this.#once()
        .catch(this.#options.onFailure)
        .finally(() => {
          this.#run = undefined
          if (this.#recent !== undefined) this.#schedule()
        })
    }, this.#options.pollEvery ?? POLL_MS)
  }

  async #once(): Promise<void> {
    const { table, followers, now, readRecent, isHeld } = this.#options
    const recent = this.#recent
    if (recent === undefined || !followers.isFollowed(table)) {
      if (!isHeld()) this.#recent = undefined
      return
    }
    const startedAt = now()
    const rows = await readRecent(followers.audience(table), recent.floor, PAGE)
    const fresh = rows.filter(({ id }) => !recent.has(id))
    if (fresh.length > MAX_ROWS_PER_RUN && fresh[0]!.at < startedAt - MAX_LAG_MS) {
      this.#recent = new RecentRows(startedAt + MAX_LAG_MS)
      followers.reset(table, `more than ${MAX_ROWS_PER_RUN} changes of ${table} a second`)
      return
    }
    await this.#pass(recent, fresh.slice(0, MAX_ROWS_PER_RUN))
    if (rows.length < PAGE && fresh.length <= MAX_ROWS_PER_RUN) recent.settle(startedAt)
  }

  async #pass(recent: RecentRows, rows: readonly R[]): Promise<void> {
    for (let at = 0; at < rows.length; at += CHUNK) {
      const chunk = rows.slice(at, at + CHUNK)
      await this.#options.publish(chunk)
      recent.pass(chunk)
      // Requests and deliveries of this process go between.
      await new Promise((resolve) => setImmediate(resolve))
    }
  }
}
