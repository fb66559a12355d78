import type { Logger } from 'pino'
import type { Clock } from '../../domain/clock.ts'
import type { Database } from '../../database/database.ts'
import { isRefusal } from '../../database/input-fault.ts'
import { createSplitter, splitUp } from '../../database/split.ts'
import type { Dispatcher } from '../dispatch/dispatcher.ts'
import { fanOut } from '../match/create-deliveries.ts'
import { giveUpEvent, noteStuckEvent } from '../match/give-up-event.ts'
import { createSubscriptions } from '../match/subscriptions.ts'
import { traceFanOut } from '../match/trace-matching.ts'
import type { Loop } from '../../loops/loop.ts'
import { startLoop } from '../../loops/loop.ts'
import type { LoopWatch } from '../../loops/loop-watch.ts'
import type { Metrics } from '../../observability/metrics.ts'
import type { RelayedBatch } from './outbox.ts'
import { hasEvents, listWaiting, relayBatch } from './outbox.ts'
import type { RelayProgress } from '../../observability/relay-progress.ts'
import { createWakefulness } from './stay-awake.ts'
import { createPutOff } from '../put-off.ts'
import type { Tracing } from '../../observability/tracing.ts'
import type { OnFault } from '../../domain/delivery-fault.ts'
import type { OpenTarget } from '../../domain/webhook.ts'

/**
 * Finds what did not notify: a transaction that asked whether it has to while a relay was awake, and committed when none was any
 * more. Where nobody else writes, relays make no promises and every notification arrives.
 */
const POLL_MS = { postgresql: 200, pglite: 5_000 }
/** A batch costs three round trips, however small: events that come one by one, but fast, share some. */
const GAP_MS = 3
/**
 * Batches under way at once while the outbox is not empty: what this process does for one is done while the database works
 * on the other. PGlite has one connection.
 */
const LANES = { postgresql: 2, pglite: 1 }

export interface RelayOptions {
  database: Database
  clock: Clock
  log: Logger
  watch: LoopWatch
  relayProgress: RelayProgress
  nodeId: string
  openTarget: OpenTarget
  metrics: Metrics
  tracing: Tracing
  onFault: OnFault
}

export interface Hints {
  /** Whether the table may hold due deliveries that found no free slot. */
  isParked: boolean
}

/**
 * Outbox → fan-out → the dispatcher's memory, or the table where there is no room.
 * @param onTurn called when deliveries were queued that may have their turn at once
 */
export function startRelay(
  options: RelayOptions,
  dispatcher: Dispatcher,
  hints: Hints,
  onTurn: () => void,
): Loop {
  const subscriptions = createSubscriptions(options.clock)
  const { database, clock, metrics, tracing, relayProgress } = options
  const putOff = createPutOff<number>(clock)

  async function relay(only: readonly number[] | null): Promise<RelayedBatch> {
    const startedAt = clock.now()
    const places = dispatcher.reserve()
    let isTurn = false
    let filtered = 0
    const onFiltered = (count: number): void => {
      filtered += count
    }
    const admit: typeof places.admit = (target, body) => {
      isTurn ||= target.isParked && !target.isHeld
      const isAdmitted = !target.isParked && places.admit(target, body)
      if (!isAdmitted) hints.isParked = true
      return isAdmitted
    }
    try {
      const batch = await relayBatch(
        database,
        (connection, events) => fanOut(connection, events, { ...options, subscriptions, admit, onFiltered }),
        (created, events) => {
          places.commit(tracing.isOn ? traceFanOut(tracing, startedAt, created, events) : created)
          metrics.fannedOut(events)
          if (filtered > 0) metrics.filtered(filtered)
        },
        { only, except: putOff.keys() },
      )
      if (isTurn) onTurn()
      return batch
    } catch (error) {
      places.cancel()
      throw error
    }
  }

  const splitter = createSplitter()
  /** A batch that one of its events makes impossible is split until that one is alone. */
  async function relayOrSplit(): Promise<RelayedBatch> {
    return await splitter.attempt(
      () => relay(null),
      async (error) => {
        const ids = await listWaiting(database, putOff.keys())
        if (ids.length === 0) throw error
        await splitUp(ids, error, async (only) => void (await relay(only)), giveUp)
        return { count: ids.length, isFull: true }
      },
    )
  }

  async function giveUp(outboxId: number, error: unknown): Promise<void> {
    try {
      const faults = await giveUpEvent(database, outboxId, error, { ...options, subscriptions })
      faults.forEach(options.onFault)
      hints.isParked = true
      onTurn()
    } catch (refusal) {
      if (!isRefusal(refusal, error)) throw refusal
      putOff.add(outboxId)
      const stuck = await noteStuckEvent(database, outboxId, refusal)
      if (stuck !== undefined) options.onFault(stuck)
    }
  }

  const wakefulness = createWakefulness(database, relayProgress)
  let isBehind = false
  let found = 0
  return startLoop({
    name: 'outbox relay',
    everyMs: POLL_MS[database.engine],
    gapMs: GAP_MS,
    log: options.log,
    watch: options.watch,
    run: async (isWoken) => {
      await wakefulness.beforeLook()
      const lanes = isBehind ? LANES[database.engine] : 1
      const isIdle = !isWoken && found === 0
      isBehind = false
      found = 0
      const isEmpty = isIdle && !(await hasEvents(database, putOff.keys()))
      if (!isEmpty) {
        const batches = (await Promise.allSettled(Array.from({ length: lanes }, relayOrSplit))).map(valueOf)
        isBehind = batches.some(({ isFull }) => isFull)
        found = batches.reduce((sum, { count }) => sum + count, 0)
      }
      if (isEmpty || found > 0) relayProgress.note()
      const lookAgainIn = await wakefulness.afterLook(found)
      return isBehind || lookAgainIn
    },
  })
}

/** None is left running when another one has failed. */
function valueOf<T>(settled: PromiseSettledResult<T>): T {
  if (settled.status === 'rejected') throw settled.reason
  return settled.value
}
