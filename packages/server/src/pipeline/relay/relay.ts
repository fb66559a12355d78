import type { Logger } from 'pino'
import type { Database } from '../../database/database.ts'
import type { Clock } from '../../domain/clock.ts'
import type { LeasedDelivery } from '../../domain/delivery.ts'
import type { LoopWatch } from '../../loops/loop-watch.ts'
import type { Loop } from '../../loops/loop.ts'
import { startLoop } from '../../loops/loop.ts'
import type { Metrics } from '../../observability/metrics.ts'
import type { Tracing } from '../../observability/tracing.ts'
import type { Dispatcher } from '../dispatch/dispatcher.ts'
import { countSkips } from '../match/count-skips.ts'
import { traceMatching } from '../match/trace-matching.ts'
import type { Messages, Stage } from '../messages.ts'
import type { Recorder } from '../record/recorder.ts'
import type { EventSource, MakeBatch, RelayedBatch } from './event-source.ts'
import type { Overdue } from './overdue.ts'

/** A batch costs a round trip, however small: events that arrive one by one in quick succession share some. */
const MIN_GAP_MS = 3

export interface RelayOptions {
  database: Database
  clock: Clock
  log: Logger
  watch: LoopWatch
  metrics: Metrics
  tracing: Tracing
  messages: Messages
  dispatcher: Dispatcher
  recorder: Recorder
  overdue: Overdue
  source: EventSource
}

/** Takes events from their source: direct deliveries go to the dispatcher, the others to the queue. */
export class Relay implements Stage {
  readonly #options: RelayOptions
  #loop: Loop | undefined

  constructor(options: RelayOptions) {
    this.#options = options
  }

  async start(): Promise<void> {
    const { source, log, watch } = this.#options
    source.onEvents(() => this.#loop?.wake())
    await source.start()
    this.#loop = startLoop({
      name: 'relay',
      everyMs: source.everyMs,
      gapMs: MIN_GAP_MS,
      log,
      watch,
      run: (isWoken) => source.take((make) => this.#dispatch(make), isWoken),
    })
  }

  async stop(): Promise<void> {
    await this.#loop?.stop()
    await this.#options.source.stop()
  }

  async #dispatch<B extends RelayedBatch>(make: MakeBatch<B>): Promise<B> {
    const { clock, dispatcher, overdue, messages } = this.#options
    const startedAt = clock.now()
    const slots = dispatcher.reserve()
    try {
      const batch = await make(slots)
      overdue.watch()
      slots.dispatch(this.#trace(batch, startedAt))
      if (batch.hasQueued) messages.emit('queued', { isClaimable: true })
      await this.#finish(batch)
      return batch
    } catch (error) {
      slots.cancel()
      throw error
    }
  }

  #trace({ direct, events }: RelayedBatch, startedAt: number): LeasedDelivery[] {
    const { tracing } = this.#options
    return tracing.isOn ? traceMatching(tracing, startedAt, direct, events) : direct
  }

  /** Has the recorder write deliveries that are not sent now, and events without deliveries. */
  async #finish({ events, waiting, unmatched, skips }: RelayedBatch): Promise<void> {
    const { database, metrics, recorder, messages } = this.#options
    if (events.length > 0) metrics.matched(events)
    const filtered = waiting.filter((delivery) => delivery.filtered !== undefined).length
    if (filtered > 0) metrics.filtered(filtered)
    recorder.finish(unmatched)
    if (waiting.length > 0) await recorder.enqueue(waiting, false)
    if (skips.length > 0) await countSkips(database, skips, (fault) => messages.emit('fault', fault))
  }
}
