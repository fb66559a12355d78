import type { Logger } from 'pino'
import type { Database } from '../../database/database.ts'
import type { Clock } from '../../domain/clock.ts'
import type { LoopWatch } from '../../loops/loop-watch.ts'
import type { Loop } from '../../loops/loop.ts'
import { startLoop } from '../../loops/loop.ts'
import type { Metrics } from '../../observability/metrics.ts'
import type { Stage } from '../messages.ts'
import { createHeartbeat, deregisterNode, releaseAllLeases } from './leases.ts'

/** On a database that only this process can open, no other node looks for heartbeats. */
const HEARTBEAT_INTERVAL_MS = { postgresql: 1_000, pglite: 60_000 }

export interface HeartbeatOptions {
  database: Database
  clock: Clock
  log: Logger
  watch: LoopWatch
  nodeId: string
  metrics: Metrics
}

/** Registers this node, keeps it registered, and takes over the leases of nodes that died. */
export class Heartbeat implements Stage {
  readonly #options: HeartbeatOptions
  #loop: Loop | undefined

  constructor(options: HeartbeatOptions) {
    this.#options = options
  }

  /** Resolves after the first heartbeat: a node that leases deliveries without one counts as dead. */
  async start(): Promise<void> {
    const { database, clock, log, watch, nodeId, metrics } = this.#options
    if (database.engine === 'pglite') await releaseAllLeases(database)
    const beat = createHeartbeat(database, { clock, nodeId })
    await beat()
    this.#loop = startLoop({
      name: 'heartbeat',
      everyMs: HEARTBEAT_INTERVAL_MS[database.engine],
      log,
      watch,
      run: async () => {
        const recovered = await beat()
        if (recovered > 0) {
          metrics.recovered(recovered)
          log.warn({ deliveries: recovered }, 'took over deliveries that a dead node had leased')
        }
        return false
      },
    })
  }

  /** Releases the leases of this node: other nodes claim them at once. */
  async stop(): Promise<void> {
    await this.#loop?.stop()
    await deregisterNode(this.#options.database, this.#options.nodeId)
  }
}
