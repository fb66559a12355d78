import type { Logger } from 'pino'
import type { Database } from '../db/database.ts'
import { isDatabaseError } from '../db/database.ts'
import type { AttemptRecord } from '../dispatch/make-attempt.ts'
import { messageOf } from '../errors.ts'
import { storeAttempts } from './store-attempts.ts'

/** As for the outbox. */
const BATCH = { pglite: 200, postgresql: 500 }
/** Statements at once where the database has more than one connection. */
const LANES = 2
/** A statement costs a commit, however small: results that come one by one, but fast, share some. */
const FEW = 50
const GAP_MS = 3
/** Results that may wait for the database; beyond it whoever brings one waits too. */
const CAPACITY = 1_000
const FIRST_RETRY_MS = 50
const LONGEST_RETRY_MS = 2_000

interface Entry {
  record: AttemptRecord
  onWritten: (() => void) | undefined
}

/**
 * Writes results in batches: one statement for what gathered while the last one ran. A database that is away is waited
 * for; results are kept, and the callers wait, so nothing is lost and memory stays bounded.
 */
export class AttemptWriter {
  readonly #database: Database
  readonly #log: Logger
  readonly #onRecorded: (records: readonly AttemptRecord[]) => void
  #entries: Entry[] = []
  #waiting: (() => void)[] = []
  /** Batches on their way at once; a further one starts only when a whole batch waits. */
  readonly #lanes = new Set<Promise<void>>()
  #active = 0
  #closing = false
  #stalled = false

  /** @param onRecorded told of each batch once it is committed */
  constructor(
    database: Database,
    log: Logger,
    onRecorded: (records: readonly AttemptRecord[]) => void = () => {},
  ) {
    this.#database = database
    this.#log = log
    this.#onRecorded = onRecorded
  }

  /** Whether the database does not take results just now. What they are about may look unsent to it. */
  get isStalled(): boolean {
    return this.#stalled
  }

  /** Resolves as soon as there is room for a further result. */
  async add(record: AttemptRecord): Promise<void> {
    this.#push({ record, onWritten: undefined })
    if (this.#entries.length >= CAPACITY) await new Promise<void>((resolve) => this.#waiting.push(resolve))
  }

  /** Resolves when the result is committed. */
  async write(record: AttemptRecord): Promise<void> {
    await new Promise<void>((resolve) => this.#push({ record, onWritten: resolve }))
  }

  /** Resolves when all that was added is written; gives up on a database that does not answer. */
  async close(): Promise<void> {
    this.#closing = true
    while (this.#lanes.size > 0) await Promise.all(this.#lanes)
  }

  #push(entry: Entry): void {
    if (this.#log.isLevelEnabled('debug')) this.#log.debug(idsAndOutcome(entry.record), 'attempted')
    this.#entries.push(entry)
    const most = this.#database.engine === 'pglite' ? 1 : LANES
    if (this.#active > 0 && (this.#active >= most || this.#entries.length < BATCH[this.#database.engine]))
      return
    this.#active += 1
    const lane = this.#writeAll()
    this.#lanes.add(lane)
    void lane.finally(() => this.#lanes.delete(lane))
  }

  async #writeAll(): Promise<void> {
    let written = 0
    do {
      if (written > 0 && written < FEW) await new Promise((resolve) => setTimeout(resolve, GAP_MS))
      // Whatever else this turn of the event loop brings belongs to the same batch. Without it the
      // first result would go alone while the others wait in their sockets.
      await new Promise((resolve) => setImmediate(resolve))
      const batch = this.#entries.splice(0, BATCH[this.#database.engine])
      written = batch.length
      if (batch.length > 0 && (await this.#writeUntilDone(batch)))
        for (const { onWritten } of batch) onWritten?.()
      if (this.#entries.length < CAPACITY) for (const resume of this.#waiting.splice(0)) resume()
    } while (this.#entries.length > 0)
    // In the same turn as the last look: what is added from here on starts a lane of its own.
    this.#active -= 1
  }

  async #writeUntilDone(batch: readonly Entry[]): Promise<boolean> {
    for (let wait = FIRST_RETRY_MS; ; wait = Math.min(wait * 2, LONGEST_RETRY_MS)) {
      try {
        const records = batch.map(({ record }) => record)
        await this.#store(records)
        this.#stalled = false
        this.#onRecorded(records)
        return true
      } catch (error) {
        this.#stalled = true
        this.#log.warn({ error: messageOf(error), results: batch.length }, 'results could not be written yet')
        if (this.#closing) return false
      }
      await new Promise((resolve) => setTimeout(resolve, wait))
    }
  }

  /** One record that the database cannot take must not hold up the others, nor be tried for ever. */
  async #store(records: readonly AttemptRecord[]): Promise<void> {
    try {
      await storeAttempts(this.#database, records)
    } catch (error) {
      if (!isBadData(error)) throw error
      const [only] = records
      if (only === undefined) return
      if (records.length > 1) for (const record of records) await this.#store([record])
      else await this.#storeBare(only, messageOf(error))
    }
  }

  /** The outcome without what the receiver sent, which is what the database can have refused. */
  async #storeBare(record: AttemptRecord, why: string): Promise<void> {
    this.#log.error(
      { attempt: record.id, error: why },
      'an answer could not be stored; its outcome is kept without it',
    )
    const bare = {
      ...record,
      response_headers: null,
      response_body: null,
      error_message: 'the answer could not be stored',
    }
    try {
      await storeAttempts(this.#database, [bare])
    } catch (error) {
      if (!isBadData(error)) throw error
      this.#log.error(
        { attempt: record.id, error: messageOf(error) },
        'an outcome could not be stored at all',
      )
    }
  }
}

/** Classes 22 and 23: the data is at fault and stays so; class 54: a program limit. All else may pass. */
function isBadData(error: unknown): boolean {
  return isDatabaseError(error) && /^(22|23|54)/.test(error.code)
}

const LOGGED = [
  'event_id',
  'delivery_id',
  'webhook_id',
  'attempt',
  'trigger',
  'status',
  'response_code',
  'error_code',
  'duration_ms',
] as const

const idsAndOutcome = (record: AttemptRecord): object =>
  Object.fromEntries(LOGGED.map((name) => [name, record[name]]))
