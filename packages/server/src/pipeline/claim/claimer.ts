import type { Logger } from 'pino'
import type { AttemptWriter } from '../record/recorder.ts'
import { DEFAULT_MAX_IN_FLIGHT } from '../../domain/webhook.ts'
import type { Clock } from '../../domain/clock.ts'
import type { Database } from '../../database/database.ts'
import { isRefusal } from '../../database/input-fault.ts'
import { createSplitter } from '../../database/split.ts'
import { nextClaimIn } from './claim-due.ts'
import { claimOrSplit } from './claim-or-split.ts'
import { giveUpDelivery } from '../record/give-up-delivery.ts'
import type { Dispatcher } from '../dispatch/dispatcher.ts'
import { messageOf } from '../../domain/errors.ts'
import type { Loop } from '../../loops/loop.ts'
import { startLoop } from '../../loops/loop.ts'
import type { LoopWatch } from '../../loops/loop-watch.ts'
import { createPutOff } from '../put-off.ts'
import type { Hints } from '../relay/relay.ts'
import type { OnFault } from '../../domain/delivery-fault.ts'
import type { OpenTarget } from '../../domain/webhook.ts'

export const CLAIM_POLL_MS = 1_000
/** A claim looks at every webhook that has something queued: not for each slot that comes free. */
const CLAIM_GAP_MS = 10
/** Tokens of rate limits are collected for so long, or for longer where a claim is dear, but never so long that any is lost. */
const PACED_GAP_MS = { least: 20, most: 100, timesTheClaim: 4 }
const CLAIM_BATCH = 200

export interface ClaimingOptions {
  /** Milliseconds for an attempt to a webhook that sets none of its own. */
  deliveryTimeout: number
  database: Database
  clock: Clock
  log: Logger
  watch: LoopWatch
  nodeId: string
  openTarget: OpenTarget
  writer: AttemptWriter
  onFault: OnFault
}

/** Queue → leases → the dispatcher. */
export function startClaiming(options: ClaimingOptions, dispatcher: Dispatcher, hints: Hints): Loop {
  const { database, deliveryTimeout, log, watch, writer } = options
  const claimOptions = {
    ...options,
    defaultTimeout: deliveryTimeout,
    defaultMaxInFlight: DEFAULT_MAX_IN_FLIGHT,
  }
  const putOff = createPutOff<string>(options.clock)
  const splitter = createSplitter()
  const giveUp = async (deliveryId: string, error: unknown): Promise<void> => {
    try {
      const fault = await giveUpDelivery(database, { deliveryId, stage: 'claim', lease: null, error })
      if (fault !== undefined) options.onFault(fault)
    } catch (refusal) {
      if (!isRefusal(refusal, error)) throw refusal
      putOff.add(deliveryId)
      log.error({ deliveryId, error: messageOf(refusal) }, 'a delivery cannot leave the queue; it is put off')
    }
  }
  /** Whether the run to come was asked for by the one before it. */
  let isExpected = false
  const expect = (wait: number | undefined, claimTook = 0): number | false => {
    if (wait === undefined) return false
    isExpected = wait <= CLAIM_POLL_MS
    const { least, most, timesTheClaim } = PACED_GAP_MS
    return Math.max(wait, least, Math.min(most, timesTheClaim * claimTook))
  }
  return startLoop({
    name: 'claim',
    everyMs: CLAIM_POLL_MS,
    gapMs: CLAIM_GAP_MS,
    log,
    watch,
    run: async (isWoken) => {
      // Results that are not written yet may be of what would be claimed: it would be sent a second time.
      if (dispatcher.room < CLAIM_BATCH || writer.isStalled) return false
      if (!isWoken && !isExpected) {
        const wait = await nextClaimIn(database)
        if (wait !== 0) return expect(wait)
      }
      isExpected = false
      const started = performance.now()
      const claimed = await claimOrSplit(
        database,
        CLAIM_BATCH,
        dispatcher.loads(),
        { ...claimOptions, except: [...putOff.keys(), ...writer.sent] },
        giveUp,
        splitter,
      )
      hints.isParked = claimed.length > 0
      dispatcher.accept(claimed)
      if (claimed.length === CLAIM_BATCH) return true
      const took = performance.now() - started
      const isPaced = claimed.length === 0 || claimed.some(({ target }) => target.isParked)
      // Of what this claim could have taken only a free slot can have been missing, which makes itself heard.
      return isPaced && expect(await nextClaimIn(database, performance.now() - started), took)
    },
  })
}
