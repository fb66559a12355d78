import type { Logger } from 'pino'
import { messageOf } from '../../domain/errors.ts'
import type { Stage } from '../messages.ts'
import type { Recorder } from '../record/recorder.ts'
import type { LeasedEvents } from './leased-events.ts'

/** After so long a delivery that is under way gets a row that people see. */
const OVERDUE_MS = 250
const LOOK_MS = 100

export interface OverdueOptions {
  log: Logger
  leasedEvents: LeasedEvents
  recorder: Recorder
}

/**
 * Writes deliveries as pending that are still under way, or wait for a slot, some time after their event was leased. Their events leave the
 * outbox; they themselves are sent as before.
 */
export class Overdue implements Stage {
  readonly #options: OverdueOptions
  #timer: NodeJS.Timeout | undefined
  #running: Promise<void> | undefined

  constructor(options: OverdueOptions) {
    this.#options = options
  }

  start(): void {
    this.#timer = setInterval(() => {
      // An idle process does nothing here.
      if (this.#options.leasedEvents.count > 0) this.#running ??= this.#look()
    }, LOOK_MS)
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer)
    await this.#running
  }

  async #look(): Promise<void> {
    const { leasedEvents, recorder, log } = this.#options
    try {
      await recorder.enqueue(leasedEvents.overdue(performance.now() - OVERDUE_MS), true)
    } catch (error) {
      log.warn({ error: messageOf(error) }, 'cannot queue deliveries that are under way')
    } finally {
      this.#running = undefined
    }
  }
}
