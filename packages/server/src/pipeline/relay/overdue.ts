import type { Logger } from 'pino'
import { messageOf } from '../../domain/errors.ts'
import type { Stage } from '../messages.ts'
import type { Recorder } from '../record/recorder.ts'
import type { LeasedEvents } from './leased-events.ts'

/** After this time, a delivery that is under way gets a row that people can see. */
const OVERDUE_MS = 250
const LOOK_MS = 100

export interface OverdueOptions {
  log: Logger
  leasedEvents: LeasedEvents
  recorder: Recorder
}

/**
 * Writes deliveries as pending that are still under way, or wait for a slot, some time after their event was leased. Their events leave
 * the outbox; the deliveries are sent as before.
 */
export class Overdue implements Stage {
  readonly #options: OverdueOptions
  #timer: NodeJS.Timeout | undefined
  #running: Promise<void> | undefined
  #isStopped = false

  constructor(options: OverdueOptions) {
    this.#options = options
  }

  start(): void {}

  /** Checks regularly while events are leased; an idle process does nothing here. */
  watch(): void {
    if (this.#isStopped || this.#timer !== undefined) return
    this.#timer = setTimeout(() => {
      this.#running = this.#look().finally(() => {
        this.#timer = undefined
        if (this.#options.leasedEvents.count > 0) this.watch()
      })
    }, LOOK_MS)
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    clearTimeout(this.#timer)
    await this.#running
  }

  async #look(): Promise<void> {
    const { leasedEvents, recorder, log } = this.#options
    try {
      leasedEvents.extend()
      await recorder.enqueue(leasedEvents.overdue(performance.now() - OVERDUE_MS), true)
    } catch (error) {
      log.warn({ error: messageOf(error) }, 'cannot queue deliveries that are under way')
    }
  }
}
