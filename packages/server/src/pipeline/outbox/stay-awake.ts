import type { Database } from '../../database/database.ts'
import type { RelayProgress } from '../../observability/relay-progress.ts'
import { announceRelay, stayAwake } from './sql/statements.generated.ts'

/** How long an announcement is valid: without a newer one, no transaction notifies. */
const ANNOUNCED_MS = 20_000
const ANNOUNCE_AGAIN_MS = 4_000
/** Events that follow each other this fast are so many that a NOTIFY in each transaction would begin to slow them down. */
const BUSY_MS = 8
/** How long a promise lasts: during this time the relay polls, and transactions do not notify. */
const PROMISE_MS = 200
/**
 * Between two polls during a promise. The longer one takes, the later the next: more events share its cost, and two thirds of the
 * database's time are left to the transactions that write them.
 */
const PROMISED_POLL_MS = { min: 10, max: 20, timesItsDuration: 2 }
/** Between two polls for events whose transactions have not notified. */
const POLL_MS = 200
/** Shorter than the promise, so that there are no gaps while events keep coming. */
const RENEW_MS = 100

/** Tells the database's transactions whether to notify, and the relay when to poll without a notification. */
export interface Wakefulness {
  /** To be called before each poll. */
  beforeLook(): Promise<void>
  /**
   * To be called after each poll, with the number of events that it found.
   * @returns milliseconds until the next poll; false: the relay's own interval, unless notified
   */
  afterLook(found: number): Promise<number | false>
  /** Notes the transactions that an idle poll saw. */
  noteTransactions(seen: SeenTransactions): void
}

/** Transactions with a number, from a snapshot. */
export interface SeenTransactions {
  /** The oldest running transaction. */
  oldest: number
  /** The number of the next transaction. */
  next: number
  /** Whether transactions can be prepared; then none notifies. */
  may_prepare: boolean
}

/**
 * A relay that finds events in quick succession promises all transactions of the database to poll for a while, so that they need not
 * notify. One more poll begins after the promise has ended. Polling every `POLL_MS` finds the events of transactions that checked
 * during the promise and commit even later.
 * When all transactions that ran at the end of the promise have ended, every event notifies, and polling only guards against a node
 * that died during its promise.
 *
 * On the embedded database no other process writes that a NOTIFY could slow down, so no promises are made there.
 */
export function createWakefulness(database: Database, progress: RelayProgress): Wakefulness {
  const startedAt = performance.now()
  let announcedAt = -Infinity
  let announcedProgress: number | undefined
  let lookedAt = -Infinity
  let foundAt = -Infinity
  let promisedAt = -Infinity
  let awakeUntil = -Infinity
  /** Transactions before this one may have checked during a promise; undefined: not known yet. */
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
      // Another node, or an earlier process, may have made a promise that still holds.
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
      const { min, max, timesItsDuration } = PROMISED_POLL_MS
      return Math.max(min, Math.min(max, timesItsDuration * (now - lookedAt)))
    },
  }
}
