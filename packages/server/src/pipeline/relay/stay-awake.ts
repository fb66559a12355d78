import type { Database } from '../../database/database.ts'
import type { RelayProgress } from '../../observability/relay-progress.ts'
import { announceRelay, stayAwake } from './sql/statements.generated.ts'

/** Where no relay has been heard of for so long, nobody notifies. */
const ANNOUNCED_MS = 20_000
const ANNOUNCE_AGAIN_MS = 4_000
/** One event in each such time is so many that a NOTIFY in each of their transactions would begin to slow them. */
const BUSY_MS = 8
/** For so long a relay looks by itself. What it looks for has not notified. */
const PROMISE_MS = 200
/**
 * Between two looks. The longer one takes, the later the next: more events share its cost, and two thirds of the database's
 * time are left to those who write them.
 */
const LOOK_MS = { least: 10, most: 20, timesTheLook: 2 }
/** Between two looks for events whose transactions have not notified. */
const POLL_MS = 200
/** Sooner than the promise ends, so that it has no gaps while events keep coming. */
const RENEW_MS = 100

/** Tells the database's transactions whether they have to notify, and the relay when to look without being notified. */
export interface Wakefulness {
  /** To be called before each look: whoever commits after that look has been asked to notify. */
  beforeLook(): Promise<void>
  /**
   * To be called after each look, with the number of events that it found.
   * @returns milliseconds until the next look; false: as late as the poll, unless notified
   */
  afterLook(found: number): Promise<number | false>
  /** Tells of the transactions that an idle look saw. */
  noteTransactions(seen: SeenTransactions): void
}

/** Transactions with a number, from a snapshot. */
export interface SeenTransactions {
  /** The oldest that runs. */
  oldest: number
  /** The number of the next one. */
  next: number
  /** Whether transactions can be prepared, which never notify. */
  may_prepare: boolean
}

/**
 * A relay that finds events in quick succession promises, to all transactions of the database, to look again and again for
 * a while: they need not notify. The promise is kept: one more look begins after it has ended. What commits even later,
 * having asked during the promise, is found by polling.
 * Once all transactions have ended that ran when the promise ended, every event notifies, and polling only guards against
 * a node that died with its promise.
 *
 * The embedded database has nobody else whose transactions a NOTIFY could slow: no promises are made there.
 */
export function createWakefulness(database: Database, progress: RelayProgress): Wakefulness {
  const startedAt = performance.now()
  let announcedAt = -Infinity
  let announcedProgress: number | undefined
  let lookedAt = -Infinity
  let foundAt = -Infinity
  let promisedAt = -Infinity
  let awakeUntil = -Infinity
  /** The transactions before this one may have been asked during a promise; undefined: not known yet. */
  let firstAfterPromise: number | undefined
  let isSure = false

  async function promise(): Promise<void> {
    promisedAt = performance.now()
    firstAfterPromise = undefined
    isSure = false
    await database.query(...stayAwake({ awakeMs: PROMISE_MS }))
    awakeUntil = performance.now() + PROMISE_MS
  }

  return {
    async beforeLook() {
      const now = performance.now()
      if (now - announcedAt >= ANNOUNCE_AGAIN_MS) {
        const { lastAt } = progress
        await database.query(
          ...announceRelay({
            listensMs: ANNOUNCED_MS,
            hasProgressed: announcedProgress !== undefined && lastAt > announcedProgress,
          }),
        )
        announcedProgress = lastAt
        announcedAt = now
      }
      lookedAt = performance.now()
    },
    noteTransactions({ oldest, next, may_prepare: mayPrepare }) {
      // A promise may stand that was made by another node, or by a process before this one.
      if (lookedAt < Math.max(awakeUntil, startedAt + PROMISE_MS)) return
      firstAfterPromise ??= next
      isSure = !mayPrepare && oldest >= firstAfterPromise
    },
    async afterLook(found) {
      if (database.engine === 'pglite') return false
      const now = performance.now()
      const isBusy = found > 0 && found * BUSY_MS >= now - foundAt
      if (found > 0) foundAt = now
      if (isBusy && now - promisedAt >= RENEW_MS) await promise()
      if (lookedAt >= awakeUntil) return isSure ? false : POLL_MS
      const { least, most, timesTheLook } = LOOK_MS
      return Math.max(least, Math.min(most, timesTheLook * (now - lookedAt)))
    },
  }
}
