import type { Database } from '../db/database.ts'
import { loadStatement } from '../db/statement.ts'

const announceRelay = loadStatement(import.meta.url, 'announce-relay')
const stayAwake = loadStatement(import.meta.url, 'stay-awake')

/** Where no relay has been heard of for so long, nobody notifies. */
const ANNOUNCED_MS = 20_000
const ANNOUNCE_AGAIN_MS = 4_000
/** Events found twice within it: more are likely to follow, and to be slowed by a NOTIFY in each of their transactions. */
const BUSY_MS = 20
/** For so long a relay looks by itself, so often. What it looks for has not notified, and waits for half a look. */
const PROMISE_MS = 200
const LOOK_MS = 5
/** Sooner than the promise ends, so that it has no gaps while events keep coming. */
const RENEW_MS = 100

/** Tells the database's transactions whether they have to notify, and the relay when to look without being notified. */
export interface Wakefulness {
  /** To be called before each look: whoever commits after that look has been asked to notify. */
  beforeLook(): Promise<void>
  /**
   * To be called after each look.
   * @returns milliseconds until the next look; false: as late as the poll, unless notified
   */
  afterLook(hasFound: boolean): Promise<number | false>
}

/**
 * A relay that finds events in quick succession promises, to all transactions of the database, to look again and again for
 * a while: they need not notify. The promise is kept: one more look begins after it has ended. What commits even later,
 * having asked during the promise, is found by polling.
 *
 * The embedded database has nobody else whose transactions a NOTIFY could slow: no promises are made there.
 */
export function createWakefulness(database: Database): Wakefulness {
  let announcedAt = -Infinity
  let lookedAt = -Infinity
  let foundAt = -Infinity
  let promisedAt = -Infinity
  let awakeUntil = -Infinity

  async function promise(): Promise<void> {
    promisedAt = performance.now()
    await database.query(stayAwake, [PROMISE_MS])
    awakeUntil = performance.now() + PROMISE_MS
  }

  return {
    async beforeLook() {
      const now = performance.now()
      if (now - announcedAt >= ANNOUNCE_AGAIN_MS) {
        await database.query(announceRelay, [ANNOUNCED_MS])
        announcedAt = now
      }
      lookedAt = performance.now()
    },
    async afterLook(hasFound) {
      if (database.engine === 'pglite') return false
      const now = performance.now()
      const isBusy = hasFound && now - foundAt <= BUSY_MS
      if (hasFound) foundAt = now
      if (isBusy && now - promisedAt >= RENEW_MS) await promise()
      return lookedAt < awakeUntil && LOOK_MS
    },
  }
}
