import type { Logger } from 'pino'
import type { Database } from '../../database/database.ts'
import { isRefusal, isTimeout } from '../../database/input-fault.ts'
import type { Splitter } from '../../database/split.ts'
import { createSplitter, splitUp } from '../../database/split.ts'
import { giveUpDelivery, noteFault } from './give-up-delivery.ts'
import type { AttemptRecord, AttemptRecorder } from '../../domain/attempt.ts'
import type { Messages } from '../messages.ts'
import { messageOf } from '../../domain/errors.ts'
import { keepLeases, storeAttempts } from './store-attempts.ts'

/** The batch sizes of the outbox. */
const MAX_BATCH = { pglite: 200, postgresql: 500 }
/** Concurrent statements; PGlite has one connection. */
const MAX_STATEMENTS_AT_ONCE = 2
/** Every statement costs a commit: attempts that end one by one in quick succession share one. */
const SMALL_BATCH = 50
const GAP_MS = 3
/** Attempts that wait for the database; beyond it, `record` waits too. */
const MAX_WAITING = 1_000
const MIN_RETRY_MS = 50
const MAX_RETRY_MS = 2_000
/** Beyond it, the oldest are forgotten. */
const MAX_STUCK = 1_000

export interface RecorderOptions {
  database: Database
  log: Logger
  messages: Messages
}

interface Entry {
  record: AttemptRecord
  onWritten: (() => void) | undefined
}

/**
 * Records attempts in batches: one statement for all that ended while the last one ran. During a database outage, attempts are
 * kept and callers wait, so nothing is lost and memory stays bounded.
 */
export class Recorder implements AttemptRecorder {
  readonly #database: Database
  readonly #log: Logger
  readonly #messages: Messages
  #entries: Entry[] = []
  #waiting: (() => void)[] = []
  /** Batches under way; a second one starts only when a full batch waits. */
  readonly #lanes = new Set<Promise<void>>()
  #active = 0
  #closing = false
  #stalled = false
  /** Deliveries of batches that failed and are retried. */
  readonly #unwritten = new Set<string>()
  readonly #stuck = new Set<string>()

  constructor({ database, log, messages }: RecorderOptions) {
    this.#database = database
    this.#log = log
    this.#messages = messages
  }

  /** Whether the database currently refuses outcomes; their deliveries look unsent. */
  get isStalled(): boolean {
    return this.#stalled
  }

  /**
   * Deliveries that were sent and that this process must not claim when their leases end: their outcomes are still being
   * written, or can neither be recorded nor set aside.
   */
  get sent(): readonly string[] {
    const waiting = this.#unwritten.size === 0 ? [] : this.#entries.map(({ record }) => record.delivery_id)
    return [...this.#unwritten, ...waiting, ...this.#stuck]
  }

  /** Resolves as soon as another attempt may be recorded. */
  async record(record: AttemptRecord): Promise<void> {
    this.#push({ record, onWritten: undefined })
    if (this.#entries.length >= MAX_WAITING) await new Promise<void>((resolve) => this.#waiting.push(resolve))
  }

  /** Resolves when the attempt is committed. */
  async write(record: AttemptRecord): Promise<void> {
    await new Promise<void>((resolve) => this.#push({ record, onWritten: resolve }))
  }

  /** Resolves when all attempts are written; gives up when the database does not answer. */
  async stop(): Promise<void> {
    this.#closing = true
    while (this.#lanes.size > 0) await Promise.all(this.#lanes)
  }

  #push(entry: Entry): void {
    if (this.#log.isLevelEnabled('debug')) this.#log.debug(idsAndOutcome(entry.record), 'attempted')
    this.#entries.push(entry)
    const most = this.#database.engine === 'pglite' ? 1 : MAX_STATEMENTS_AT_ONCE
    if (this.#active > 0 && (this.#active >= most || this.#entries.length < MAX_BATCH[this.#database.engine]))
      return
    this.#active += 1
    const lane = this.#writeAll()
    this.#lanes.add(lane)
    void lane.finally(() => this.#lanes.delete(lane))
  }

  async #writeAll(): Promise<void> {
    let written = 0
    do {
      if (written > 0 && written < SMALL_BATCH) await new Promise((resolve) => setTimeout(resolve, GAP_MS))
      // All attempts that end in this turn of the event loop belong to the same batch. Without this, the first would be
      // written alone while the others wait in their sockets.
      await new Promise((resolve) => setImmediate(resolve))
      const batch = this.#entries.splice(0, MAX_BATCH[this.#database.engine])
      written = batch.length
      if (batch.length > 0 && (await this.#writeUntilDone(batch)))
        for (const { onWritten } of batch) onWritten?.()
      if (this.#entries.length < MAX_WAITING) for (const resume of this.#waiting.splice(0)) resume()
    } while (this.#entries.length > 0)
    // In the same turn as the last check: attempts recorded from here on start a batch of their own.
    this.#active -= 1
  }

  /** @param batch attempts that arrive during a retry join it: next to others, a culprit shows */
  async #writeUntilDone(batch: Entry[]): Promise<boolean> {
    const splitter = createSplitter()
    for (let wait = MIN_RETRY_MS; ; wait = Math.min(wait * 2, MAX_RETRY_MS)) {
      const records = batch.map(({ record }) => record)
      try {
        await this.#store(records, splitter)
        this.#stalled = false
        for (const { delivery_id } of records) this.#unwritten.delete(delivery_id)
        this.#messages.emit('recorded', records)
        return true
      } catch (error) {
        // A timeout does not stop claims: the outcomes of others show whether the database is to blame.
        if (!isTimeout(error)) this.#stalled = true
        for (const { record } of batch) this.#unwritten.add(record.delivery_id)
        this.#log.warn(
          { error: messageOf(error), results: batch.length },
          'cannot store outcomes, retrying automatically',
        )
        if (this.#closing) return false
      }
      await new Promise((resolve) => setTimeout(resolve, wait))
      batch.push(...this.#entries.splice(0, MAX_BATCH[this.#database.engine] - batch.length))
      await keepLeases(
        this.#database,
        batch.map(({ record }) => record),
      )
    }
  }

  /** Isolates an attempt that the database refuses: it neither holds up the others nor is retried forever. */
  async #store(records: readonly AttemptRecord[], splitter: Splitter): Promise<void> {
    const store = (part: readonly AttemptRecord[]): Promise<void> => storeAttempts(this.#database, part)
    await splitter.attempt(
      () => store(records),
      (failure) => splitUp(records, failure, store, (record, error) => this.#storeBare(record, error)),
    )
  }

  /** Stores the outcome without the receiver's response, which is the likely reason of the refusal. */
  async #storeBare(record: AttemptRecord, cause: unknown): Promise<void> {
    this.#log.error(
      { attempt: record.id, error: messageOf(cause) },
      'cannot store a response; its outcome is stored without it',
    )
    const bare = {
      ...record,
      response_headers: null,
      response_body: null,
      error_message: 'the response could not be stored',
    }
    try {
      await storeAttempts(this.#database, [bare])
    } catch (error) {
      if (!isRefusal(error, cause)) throw error
      await this.#giveUp(record, error)
    }
  }

  /** Ends the delivery: otherwise it would be sent again each time its lease ends. */
  async #giveUp(record: AttemptRecord, error: unknown): Promise<void> {
    const context = { attempt: record.id, delivery_id: record.delivery_id, error: messageOf(error) }
    this.#log.error(context, 'cannot store an outcome; its delivery has failed')
    // A test has no delivery.
    if (record.lease === null) return
    const { delivery_id: deliveryId, lease } = record
    const given = { deliveryId, stage: 'record', lease, error } as const
    try {
      const fault = await giveUpDelivery(this.#database, given)
      if (fault !== undefined) this.#messages.emit('fault', fault)
    } catch (refusal) {
      if (!isRefusal(refusal, error)) throw refusal
      this.#remember(deliveryId)
      this.#log.error(
        { ...context, error: messageOf(refusal) },
        'cannot remove a delivery from the queue; this process does not send it again',
      )
      const fault = await noteFault(this.#database, given)
      if (fault !== undefined) this.#messages.emit('fault', fault)
    }
  }

  #remember(deliveryId: string): void {
    this.#stuck.add(deliveryId)
    const [first] = this.#stuck
    if (this.#stuck.size > MAX_STUCK && first !== undefined) this.#stuck.delete(first)
  }
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
