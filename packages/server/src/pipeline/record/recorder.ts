import type { Logger } from 'pino'
import type { AttemptRecord, AttemptRecorder } from '../../domain/attempt.ts'
import { messageOf } from '../../domain/errors.ts'
import type { LeasedDelivery } from '../../domain/delivery.ts'
import type { Database } from '../../database/database.ts'
import { isTimeout } from '../../database/input-fault.ts'
import type { Splitter } from '../../database/split.ts'
import { createSplitter, splitUp } from '../../database/split.ts'
import type { LoopWatch } from '../../loops/loop-watch.ts'
import type { Messages } from '../messages.ts'
import type { LeasedEvent, UnwrittenDelivery } from '../relay/leased-event.ts'
import type { LeasedEvents } from '../relay/leased-events.ts'
import { MAX_BATCH } from '../batch-size.ts'
import type { Entry } from './entries.ts'
import { isAttempt } from './entries.ts'
import { Culprits } from './culprits.ts'
import { keepLeases } from './store-attempts.ts'
import { filterDelivery } from './sql/statements.generated.ts'
import { findUnwritten, storeEntries } from './store-entries.ts'

/** Concurrent statements; PGlite has one connection. */
const MAX_STATEMENTS_AT_ONCE = 2
/** Every statement costs a commit: entries that come one by one in quick succession share one. */
const SMALL_BATCH = 50
const GAP_MS = 10
/** Entries that wait for the database; beyond it, `record` and `enqueue` wait too. */
const MAX_WAITING = 1_000
const MIN_RETRY_MS = 50
const MAX_RETRY_MS = 2_000

export interface RecorderOptions {
  database: Database
  log: Logger
  messages: Messages
  leasedEvents: LeasedEvents
  watch: LoopWatch
}

const NAME = 'recorder'

const FILTERED_BY_TRANSFORM = 'transform'

/**
 * Writes the outcomes of deliveries in batches: one transaction for all that arrive while the previous one runs. During an outage of
 * the database, entries are kept and callers wait, so nothing is lost and memory stays bounded.
 */
export class Recorder implements AttemptRecorder {
  readonly #options: RecorderOptions
  readonly #database: Database
  readonly #log: Logger
  readonly #leasedEvents: LeasedEvents
  #entries: Entry[] = []
  #waiting: (() => void)[] = []
  /** Batches under way; a second one starts only when a full batch waits. */
  readonly #lanes = new Set<Promise<void>>()
  #active = 0
  #closing = false
  #stalled = false
  /** Deliveries of batches that failed and are retried. */
  readonly #unwritten = new Set<string>()
  readonly #culprits: Culprits

  constructor(options: RecorderOptions) {
    this.#options = options
    this.#database = options.database
    this.#log = options.log
    this.#leasedEvents = options.leasedEvents
    this.#culprits = new Culprits({ ...options, finish: (events) => this.finish(events) })
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
    const waiting =
      this.#unwritten.size === 0
        ? []
        : this.#entries.filter(isAttempt).map(({ record }) => record.delivery_id)
    return [...this.#unwritten, ...waiting, ...this.#culprits.stuck]
  }

  /** Resolves as soon as another attempt may be recorded. */
  async record(record: AttemptRecord): Promise<void> {
    await this.#pushAttempt(record, () => {})
    await this.#untilRoom()
  }

  /** Resolves when the attempt is committed. */
  async write(record: AttemptRecord): Promise<void> {
    await new Promise<void>((resolve) => void this.#pushAttempt(record, resolve))
  }

  /**
   * Writes deliveries that must wait, each with a row in the queue, and filtered ones.
   *
   * @param isLeased whether this node has them in memory, or sends them
   * @returns resolves as soon as more may be written
   */
  async enqueue(deliveries: readonly UnwrittenDelivery[], isLeased: boolean): Promise<void> {
    for (const unwritten of deliveries) this.#enqueue(unwritten, isLeased, () => {})
    await this.#untilRoom()
  }

  /** Ends a delivery for which its webhook's transform returned nothing. */
  async filter({ id, lease }: LeasedDelivery): Promise<void> {
    const unwritten = findUnwritten(this.#leasedEvents, { delivery_id: id, lease })
    if (unwritten !== undefined && unwritten.writing === undefined) {
      unwritten.filtered = FILTERED_BY_TRANSFORM
      return await this.enqueue([unwritten], true)
    }
    await unwritten?.writing
    await this.#database.query(...filterDelivery({ deliveryId: id, lease, reason: FILTERED_BY_TRANSFORM }))
  }

  /** Removes events without further deliveries from the outbox. */
  finish(events: readonly LeasedEvent[]): void {
    for (const event of events) this.#push({ kind: 'event', event, onWritten: () => {} })
  }

  /** Resolves when the delivery is written, with a row in the queue that is due. */
  async enqueueDue(unwritten: UnwrittenDelivery): Promise<void> {
    if (unwritten.writing !== undefined) await unwritten.writing
    else await new Promise<void>((resolve) => this.#enqueue(unwritten, false, resolve))
  }

  /** Resolves when everything is written. */
  async idle(): Promise<void> {
    while (this.#lanes.size > 0) await Promise.all(this.#lanes)
  }

  /** Resolves when everything is written; gives up when the database does not respond. */
  async stop(): Promise<void> {
    this.#closing = true
    await this.idle()
  }

  async #untilRoom(): Promise<void> {
    if (this.#entries.length >= MAX_WAITING) await new Promise<void>((resolve) => this.#waiting.push(resolve))
  }

  #enqueue(unwritten: UnwrittenDelivery, isLeased: boolean, onWritten: () => void): void {
    const isClaimable = unwritten.delivery.target.isQueueOnly ? !unwritten.delivery.target.isHeld : !isLeased
    const entry: Entry = { kind: 'delivery', unwritten, isLeased, isClaimable, onWritten }
    unwritten.writer = entry
    this.#push(entry)
  }

  async #pushAttempt(record: AttemptRecord, onWritten: () => void): Promise<void> {
    if (this.#log.isLevelEnabled('debug')) this.#log.debug(idsAndOutcome(record), 'attempted')
    const entry: Entry = { kind: 'attempt', record, onWritten }
    const unwritten = findUnwritten(this.#leasedEvents, record)
    // It is being written as pending: the attempt counts on that row.
    if (unwritten?.writing !== undefined) await unwritten.writing
    // It is to be written as pending, which the attempt makes unnecessary.
    else if (unwritten !== undefined) unwritten.writer = entry
    this.#push(entry)
  }

  #push(entry: Entry): void {
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
      if (batch.length > 0) await this.#writeBatch(batch)
      if (this.#entries.length < MAX_WAITING) for (const resume of this.#waiting.splice(0)) resume()
    } while (this.#entries.length > 0)
    // In the same turn of the event loop as the last check: entries that arrive from here on start another batch.
    this.#active -= 1
  }

  async #writeBatch(batch: Entry[]): Promise<void> {
    let end = (): void => {}
    const writing = new Promise<void>((resolve) => (end = resolve))
    this.#announce(batch, writing)
    // After a stop, what is not written is not waited for either.
    if (await this.#writeUntilDone(batch, writing)) {
      this.#report(batch)
      for (const { onWritten } of batch) onWritten()
    }
    end()
  }

  #announce(entries: readonly Entry[], writing: Promise<void>): void {
    for (const entry of entries)
      if (entry.kind === 'delivery' && entry.unwritten.writer === entry) entry.unwritten.writing = writing
  }

  #report(batch: readonly Entry[]): void {
    const records = batch.filter(isAttempt).map(({ record }) => record)
    if (records.length > 0) this.#options.messages.emit('recorded', records)
    // The next delivery about the same record is due.
    if (records.some((record) => record.is_ordered && record.wait_ms === null))
      this.#options.messages.emit('queued', { isClaimable: true })
    const queued = batch.filter(
      (entry) => entry.kind === 'delivery' && !entry.isLeased && entry.unwritten.filtered === undefined,
    )
    if (queued.length === 0) return
    const isClaimable = queued.some((entry) => entry.kind === 'delivery' && entry.isClaimable)
    this.#options.messages.emit('queued', { isClaimable })
  }

  /** @param batch entries that arrive during a retry join it, because a culprit is found by comparison with others */
  async #writeUntilDone(batch: Entry[], writing: Promise<void>): Promise<boolean> {
    const splitter = createSplitter()
    for (let wait = MIN_RETRY_MS; ; wait = Math.min(wait * 2, MAX_RETRY_MS)) {
      const records = batch.filter(isAttempt).map(({ record }) => record)
      const { watch } = this.#options
      watch.began(NAME)
      try {
        await this.#store(batch, splitter)
        watch.ended(NAME, true)
        this.#stalled = false
        for (const { delivery_id } of records) this.#unwritten.delete(delivery_id)
        return true
      } catch (error) {
        watch.ended(NAME, false)
        // A timeout does not stop claims: the outcomes of others show whether the database is to blame.
        if (!isTimeout(error)) this.#stalled = true
        for (const { delivery_id } of records) this.#unwritten.add(delivery_id)
        this.#log.warn(
          { error: messageOf(error), results: batch.length },
          'cannot store outcomes, retrying automatically',
        )
        if (this.#closing) return false
      }
      await new Promise((resolve) => setTimeout(resolve, wait))
      const joining = this.#entries.splice(0, MAX_BATCH[this.#database.engine] - batch.length)
      this.#announce(joining, writing)
      batch.push(...joining)
      await keepLeases(
        this.#database,
        batch.filter(isAttempt).map(({ record }) => record),
      )
    }
  }

  /** Isolates an entry that the database refuses: it neither holds up the others nor is retried forever. */
  async #store(entries: readonly Entry[], splitter: Splitter): Promise<void> {
    const store = async (part: readonly Entry[]): Promise<void> => {
      await storeEntries(this.#database, this.#leasedEvents, part, (events) => this.finish(events))
    }
    await splitter.attempt(
      () => store(entries),
      (failure) => splitUp(entries, failure, store, (entry, error) => this.#culprits.store(entry, error)),
    )
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
