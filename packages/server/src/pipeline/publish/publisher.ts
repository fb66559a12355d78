import type { Logger } from 'pino'
import type { Database } from '../../database/database.ts'
import { createSplitter, splitUp } from '../../database/split.ts'
import { addBounded } from '../../domain/bounded-set.ts'
import type { Clock } from '../../domain/clock.ts'
import { faultOfEvent } from '../../domain/delivery-fault.ts'
import { newToken } from '../../domain/ids.ts'
import type { LoopWatch } from '../../loops/loop-watch.ts'
import type { Loop } from '../../loops/loop.ts'
import { startLoop } from '../../loops/loop.ts'
import type { RelayProgress } from '../../observability/relay-progress.ts'
import { EventTooLarge } from '../../streams/errors.ts'
import type { EventStreams } from '../../streams/event-streams.ts'
import { MAX_BATCH } from '../batch-size.ts'
import type { Messages, Stage } from '../messages.ts'
import type { LeaseHolder } from '../outbox/outbox.ts'
import { isLeaseLost, lookForEvents } from '../outbox/outbox.ts'
import { registerLease } from '../outbox/sql/statements.generated.ts'
import { createWakefulness } from '../outbox/stay-awake.ts'
import { createPutOff } from '../put-off.ts'
import { recordFaults } from '../record/delivery-faults.ts'
import type { RowToPublish } from './published-outbox.ts'
import { endRows, leaseRows } from './published-outbox.ts'

const IDLE_MS = 2_000
const MIN_GAP_MS = 3
/** Beyond it, the first ones are published again. */
const MAX_STUCK = 1_000

export interface PublisherOptions {
  /** The database whose outbox is published. */
  database: Database
  /** Where faults are recorded for people to see. */
  logDatabase: Database
  streams: EventStreams
  nodeId: string
  clock: Clock
  log: Logger
  watch: LoopWatch
  relayProgress: RelayProgress
  messages: Messages
}

/**
 * Publishes the events of an outbox to their streams, in the order of the outbox. They leave it after the acknowledgement of the quorum.
 *
 *     outbox → leased → published → gone from the outbox
 *                └→ lost: another node publishes the rows again, as repeated; their message ids are the same
 *
 * A batch that could not be published is kept and published again as it was: then its messages have the same ids.
 */
export class Publisher implements Stage {
  readonly #options: PublisherOptions
  readonly #wakefulness
  /** Rows that cannot be published. */
  readonly #putOff
  /** Rows that are published and that the database refuses to delete. */
  readonly #stuck = new Set<number>()
  readonly #splitter = createSplitter()
  #lease: string | undefined
  #batch: RowToPublish[] = []
  #found = 0
  #loop: Loop | undefined

  constructor(options: PublisherOptions) {
    this.#options = options
    this.#wakefulness = createWakefulness(options.database, options.relayProgress)
    this.#putOff = createPutOff<number>(options.clock)
  }

  async start(): Promise<void> {
    const { database, log, watch } = this.#options
    this.#loop = startLoop({
      name: 'publisher',
      everyMs: IDLE_MS,
      gapMs: MIN_GAP_MS,
      log,
      watch,
      run: (isWoken) => this.#run(isWoken),
    })
    await database.listen('webhooks_outbox', () => this.#loop?.wake())
  }

  async stop(): Promise<void> {
    await this.#loop?.stop()
  }

  async #run(isWoken: boolean): Promise<boolean | number> {
    const { relayProgress } = this.#options
    // At once, before there are events: from then on, nodes that send from the outbox take no more.
    this.#lease ??= await this.#register()
    await this.#wakefulness.beforeLook()
    const isIdle = !isWoken && this.#found === 0 && this.#batch.length === 0
    this.#found = 0
    if (!isIdle || (await this.#findsEvents())) this.#found = await this.#publishNext()
    if (this.#found > 0 || isIdle) relayProgress.note()
    const nextLookInMs = await this.#wakefulness.afterLook(this.#found)
    return this.#found >= MAX_BATCH.postgresql || nextLookInMs
  }

  async #findsEvents(): Promise<boolean> {
    const seen = await lookForEvents(this.#options.database, '{}', this.#skipped())
    this.#wakefulness.noteTransactions(seen)
    return seen.has_events
  }

  /** @returns how many events left the outbox */
  async #publishNext(): Promise<number> {
    const { database, nodeId } = this.#options
    try {
      this.#lease ??= await this.#register()
      const holder = { nodeId, lease: this.#lease }
      if (this.#batch.length === 0) {
        const scope = { except: this.#skipped(), limit: MAX_BATCH.postgresql }
        this.#batch = await leaseRows(database, holder, scope)
      }
      if (this.#batch.length === 0) return 0
      const published = await this.#publish(this.#batch)
      if (!(await this.#end(holder, published))) this.#lease = undefined
      this.#batch = []
      return published.length
    } catch (error) {
      if (!isLeaseLost(error)) throw error
      this.#lease = undefined
      this.#batch = []
      return 0
    }
  }

  async #register(): Promise<string> {
    const lease = newToken()
    await this.#options.database.query(
      ...registerLease({ nodeId: this.#options.nodeId, lease, publishes: true }),
    )
    return lease
  }

  #skipped(): number[] {
    return [...this.#putOff.keys(), ...this.#stuck]
  }

  /** @returns false if the lease was lost. A batch whose end fails for another reason is published again, under the same ids. */
  async #end(holder: LeaseHolder, rows: readonly RowToPublish[]): Promise<boolean> {
    let isHeld = true
    const end = async (some: readonly RowToPublish[]): Promise<void> => {
      const ids = some.map(({ outboxId }) => outboxId)
      isHeld = (await endRows(this.#options.database, holder, ids)) && isHeld
    }
    await this.#splitter.attempt(
      () => end(rows),
      (failure) => splitUp(rows, failure, end, (row, error) => this.#keepOut(row, error)),
    )
    return isHeld
  }

  /** This process does not publish the row again. */
  async #keepOut(row: RowToPublish, error: unknown): Promise<void> {
    addBounded(this.#stuck, row.outboxId, MAX_STUCK)
    await this.#report(row, error)
  }

  /** @returns the rows that are published or have no event any more: all but those that no message can hold */
  async #publish(rows: readonly RowToPublish[]): Promise<readonly RowToPublish[]> {
    try {
      await this.#send(rows)
      return rows
    } catch (error) {
      if (!(error instanceof EventTooLarge)) throw error
      return await this.#publishOneByOne(rows)
    }
  }

  async #publishOneByOne(rows: readonly RowToPublish[]): Promise<RowToPublish[]> {
    const published: RowToPublish[] = []
    for (const row of rows) {
      try {
        await this.#send([row])
        published.push(row)
      } catch (error) {
        if (!(error instanceof EventTooLarge)) throw error
        // It is tried again later: the limit of the servers may grow.
        this.#putOff.add(row.outboxId)
        await this.#report(row, error)
      }
    }
    return published
  }

  /** @param rows alike: of one batch */
  async #send(rows: readonly RowToPublish[]): Promise<void> {
    const events = rows.flatMap(({ event }) => event ?? [])
    const isRepeated = rows[0]?.isRetaken ?? false
    if (events.length > 0) await this.#options.streams.publish(events, { isRepeated })
  }

  async #report({ event }: RowToPublish, error: unknown): Promise<void> {
    if (event === undefined) return
    const { logDatabase, messages } = this.#options
    const fault = faultOfEvent(event, error)
    messages.emit('fault', fault)
    await recordFaults(logDatabase, [fault])
  }
}
