import type { Logger } from 'pino'
import type { Database } from '../../database/database.ts'
import { createSplitter } from '../../database/split.ts'
import type { LoopWatch } from '../../loops/loop-watch.ts'
import type { Loop } from '../../loops/loop.ts'
import { startLoop } from '../../loops/loop.ts'
import type { Messages, Stage } from '../messages.ts'
import { cancelDeliveries } from './cancel-deliveries.ts'

const POLL_INTERVAL_MS = 5_000

export interface CancellerOptions {
  database: Database
  log: Logger
  watch: LoopWatch
  messages: Messages
}

/** Cancels the queued deliveries of webhooks that were disabled or deleted. */
export class Canceller implements Stage {
  readonly #options: CancellerOptions
  #loop: Loop | undefined

  constructor(options: CancellerOptions) {
    this.#options = options
  }

  start(): void {
    const { database, log, watch, messages } = this.#options
    const splitter = createSplitter()
    messages.on('webhookChanged', () => this.#loop?.wake())
    this.#loop = startLoop({
      name: 'cancel',
      everyMs: POLL_INTERVAL_MS,
      log,
      watch,
      run: () => cancelDeliveries(database, (fault) => messages.emit('fault', fault), splitter),
    })
  }

  async stop(): Promise<void> {
    await this.#loop?.stop()
  }
}
