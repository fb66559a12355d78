import type { Logger } from 'pino'
import type { Database } from '../../database/database.ts'
import type { Clock } from '../../domain/clock.ts'
import { reasonOf } from '../../domain/delivery-fault.ts'
import { newToken } from '../../domain/ids.ts'
import type { LoopWatch } from '../../loops/loop-watch.ts'
import type { Loop } from '../../loops/loop.ts'
import { startLoop } from '../../loops/loop.ts'
import type { RelayProgress } from '../../observability/relay-progress.ts'
import { EventTooLarge } from '../../streams/errors.ts'
import type { EventStreams } from '../../streams/event-streams.ts'
import type { StreamedEvent } from '../../streams/event-message.ts'
import { MAX_BATCH } from '../batch-size.ts'
import type { Messages, Stage } from '../messages.ts'
import { isLeaseLost, lookForEvents } from '../outbox/outbox.ts'
import { registerLease } from '../outbox/sql/statements.generated.ts'
import { createWakefulness } from '../outbox/stay-awake.ts'
import { createPutOff } from '../put-off.ts'
import { recordFaults } from '../record/delivery-faults.ts'
import type { RowToPublish } from './published-outbox.ts'
import { endRows, leaseRows } from './published-outbox.ts'

const IDLE_MS = 2_000
const MIN_GAP_MS = 3

export interface PublisherOptions {
  /** The database whose outbox is published. */
  database: Database
  /** Whether the events are stored in another database, so that this one forgets them. */
  isApart: boolean
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
    await this.#wakefulness.beforeLook()
    const isIdle = !isWoken && this.#found === 0 && this.#batch.length === 0
    this.#found = 0
    if (!isIdle || (await this.#findsEvents())) this.#found = await this.#publishNext()
    if (this.#found > 0 || isIdle) relayProgress.note()
    const nextLookInMs = await this.#wakefulness.afterLook(this.#found)
    return this.#found >= MAX_BATCH.postgresql || nextLookInMs
  }

  async #findsEvents(): Promise<boolean> {
    const seen = await lookForEvents(this.#options.database, '{}', this.#putOff.keys())
    this.#wakefulness.noteTransactions(seen)
    return seen.has_events
  }

  /** @returns how many events left the outbox */
  async #publishNext(): Promise<number> {
    const { database, isApart, nodeId } = this.#options
    try {
      this.#lease ??= await this.#register()
      const holder = { nodeId, lease: this.#lease }
      if (this.#batch.length === 0) {
        const scope = { except: this.#putOff.keys(), limit: MAX_BATCH.postgresql }
        this.#batch = await leaseRows(database, holder, scope)
      }
      if (this.#batch.length === 0) return 0
      const published = await this.#publish(this.#batch)
      const ids = published.map((row) => row.outbox_id)
      this.#batch = []
      if (!(await endRows(database, holder, ids, isApart))) this.#lease = undefined
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
    await this.#options.database.query(...registerLease({ nodeId: this.#options.nodeId, lease }))
    return lease
  }

  /** @returns the rows that are published: all but those that no message can hold */
  async #publish(rows: readonly RowToPublish[]): Promise<readonly RowToPublish[]> {
    const { streams } = this.#options
    // The rows of a batch are alike.
    const isRepeated = rows[0]!.is_retaken
    try {
      await streams.publish(rows.map(toStreamed), { isRepeated })
      return rows
    } catch (error) {
      if (!(error instanceof EventTooLarge)) throw error
      return await this.#publishOneByOne(rows)
    }
  }

  async #publishOneByOne(rows: readonly RowToPublish[]): Promise<RowToPublish[]> {
    const { streams } = this.#options
    const published: RowToPublish[] = []
    for (const row of rows) {
      try {
        await streams.publish([toStreamed(row)], { isRepeated: row.is_retaken })
        published.push(row)
      } catch (error) {
        if (!(error instanceof EventTooLarge)) throw error
        await this.#refuse(row, error)
      }
    }
    return published
  }

  /** The row stays in the outbox and is tried again later: the limit of the servers may grow. */
  async #refuse(row: RowToPublish, error: EventTooLarge): Promise<void> {
    const { database, messages } = this.#options
    this.#putOff.add(row.outbox_id)
    const fault = {
      organizationId: row.organization_id,
      stage: 'relay',
      eventId: row.id,
      event: row.event,
      webhookId: null,
      deliveryId: null,
      reason: reasonOf(error),
    } as const
    messages.emit('fault', fault)
    await recordFaults(database, [fault])
  }
}

function toStreamed({ outbox_id: _, is_retaken: __, ...event }: RowToPublish): StreamedEvent {
  return event
}
