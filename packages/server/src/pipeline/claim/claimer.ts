import type { Logger } from 'pino'
import type { Database } from '../../database/database.ts'
import { isRefusal } from '../../database/input-fault.ts'
import { createSplitter } from '../../database/split.ts'
import type { Clock } from '../../domain/clock.ts'
import type { LeasedDelivery } from '../../domain/delivery.ts'
import { messageOf } from '../../domain/errors.ts'
import { DEFAULT_MAX_IN_FLIGHT } from '../../domain/webhook.ts'
import type { OpenTarget } from '../../domain/webhook.ts'
import type { LoopWatch } from '../../loops/loop-watch.ts'
import type { Loop } from '../../loops/loop.ts'
import { startLoop } from '../../loops/loop.ts'
import type { Dispatcher } from '../dispatch/dispatcher.ts'
import type { Messages, Stage } from '../messages.ts'
import { createPutOff } from '../put-off.ts'
import { giveUpDelivery } from '../record/give-up-delivery.ts'
import type { Recorder } from '../record/recorder.ts'
import { nextClaimIn } from './claim-due.ts'
import { claimOrSplit } from './claim-or-split.ts'

const POLL_INTERVAL_MS = 1_000
/** A claim reads every webhook that has queued deliveries, which is too much for each slot that becomes free. */
const MIN_GAP_MS = 10
/** How long tokens of rate limits accumulate between two claims: longer if a claim is slow, but never so long that any is lost. */
const MIN_PACED_GAP_MS = 20
const MAX_PACED_GAP_MS = 100
const PACED_GAP_PER_CLAIM_TIME = 4
const BATCH_SIZE = 200

export interface ClaimerOptions {
  /** Milliseconds for an attempt to a webhook that sets none of its own. */
  deliveryTimeoutMs: number
  database: Database
  clock: Clock
  log: Logger
  watch: LoopWatch
  nodeId: string
  openTarget: OpenTarget
  recorder: Recorder
  dispatcher: Dispatcher
  messages: Messages
}

/** Leases queued deliveries that are due, as slots become free, and gives them to the dispatcher. */
export class Claimer implements Stage {
  readonly #options: ClaimerOptions
  /** Deliveries that can neither be claimed nor leave the queue. */
  readonly #putOff
  readonly #splitter = createSplitter()
  /** Whether the queue may hold deliveries that are due: a free slot alone is then a reason to claim. */
  #mayHaveDue = true
  /** Whether the previous run asked for the next one. */
  #isExpected = false
  #loop: Loop | undefined

  constructor(options: ClaimerOptions) {
    this.#options = options
    this.#putOff = createPutOff<string>(options.clock)
  }

  start(): void {
    const { log, watch, messages } = this.#options
    messages.on('queued', ({ isClaimable }) => {
      this.#mayHaveDue = true
      if (isClaimable) this.wake()
    })
    messages.on('slotsFree', () => {
      if (this.#mayHaveDue) this.wake()
    })
    messages.on('retryScheduled', ({ waitMs }) => {
      // Polling finds longer waits; a short one would be late by as much as a poll.
      if (waitMs < POLL_INTERVAL_MS) setTimeout(() => this.wake(), waitMs).unref()
    })
    messages.on('healthEvaluated', ({ phase, isPaused }) => {
      if (phase !== 'draining' || isPaused) return
      this.#mayHaveDue = true
      this.wake()
    })
    this.#loop = startLoop({
      name: 'claim',
      everyMs: POLL_INTERVAL_MS,
      gapMs: MIN_GAP_MS,
      log,
      watch,
      run: (isWoken) => this.#run(isWoken),
    })
  }

  /** Claims soon. */
  wake(): void {
    this.#loop?.wake()
  }

  async stop(): Promise<void> {
    await this.#loop?.stop()
  }

  async #run(isWoken: boolean): Promise<boolean | number> {
    const { database, dispatcher, recorder } = this.#options
    // A delivery whose outcome is still to be recorded looks unsent: claiming it now would send it a second time.
    if (dispatcher.room < BATCH_SIZE || recorder.isStalled) return false
    if (!isWoken && !this.#isExpected) {
      const wait = await nextClaimIn(database)
      if (wait !== 0) return this.#claimAgainIn(wait)
    }
    this.#isExpected = false
    const startedAt = performance.now()
    const claimed = await this.#claim()
    this.#mayHaveDue = claimed.length > 0
    dispatcher.dispatch(claimed)
    if (claimed.length === BATCH_SIZE) return true
    const claimTook = performance.now() - startedAt
    const isPaced =
      claimed.length === 0 || claimed.some(({ target }) => target.isQueueOnly && !target.isOrdered)
    // Due deliveries that this claim left behind only lack a free slot, which `slotsFree` reports.
    return (
      isPaced && this.#claimAgainIn(await nextClaimIn(database, performance.now() - startedAt), claimTook)
    )
  }

  async #claim(): Promise<LeasedDelivery[]> {
    const { database, deliveryTimeoutMs, dispatcher, recorder } = this.#options
    const options = {
      ...this.#options,
      defaultTimeout: deliveryTimeoutMs,
      defaultMaxInFlight: DEFAULT_MAX_IN_FLIGHT,
      except: [...this.#putOff.keys(), ...recorder.sent],
    }
    return await claimOrSplit(
      database,
      BATCH_SIZE,
      dispatcher.loads(),
      options,
      (deliveryId, error) => this.#giveUp(deliveryId, error),
      this.#splitter,
    )
  }

  #claimAgainIn(waitMs: number | undefined, claimTookMs = 0): number | false {
    if (waitMs === undefined) return false
    this.#isExpected = waitMs <= POLL_INTERVAL_MS
    const gapMs = Math.min(MAX_PACED_GAP_MS, PACED_GAP_PER_CLAIM_TIME * claimTookMs)
    return Math.max(waitMs, MIN_PACED_GAP_MS, gapMs)
  }

  async #giveUp(deliveryId: string, error: unknown): Promise<void> {
    const { database, log, messages } = this.#options
    try {
      const fault = await giveUpDelivery(database, { deliveryId, stage: 'claim', lease: null, error })
      if (fault !== undefined) messages.emit('fault', fault)
    } catch (refusal) {
      if (!isRefusal(refusal, error)) throw refusal
      this.#putOff.add(deliveryId)
      log.error(
        { deliveryId, error: messageOf(refusal) },
        'cannot claim a delivery from the queue; it is postponed',
      )
    }
  }
}
