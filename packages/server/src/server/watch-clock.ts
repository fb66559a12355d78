import type { Logger } from 'pino'
import { CLOCK_TOLERANCE_MS } from '../domain/clock.ts'
import type { DatabaseClock } from '../database/database-clock.ts'
import type { Loop } from '../loops/loop.ts'
import { startLoop } from '../loops/loop.ts'
import type { LoopWatch } from '../loops/loop-watch.ts'

const MEASURE_MS = 10_000
const WARN_AGAIN_MS = 3_600_000

/** Creates the loop that measures this machine's clock against the database's and warns when it is off. */
export function watchClock(clock: DatabaseClock, log: Logger, watch: LoopWatch): Loop {
  let warnedAt = -Infinity
  return startLoop({
    name: 'clock',
    everyMs: MEASURE_MS,
    log,
    watch,
    run: async () => {
      await clock.measure()
      const offset = clock.offset()
      if (Math.abs(offset) <= CLOCK_TOLERANCE_MS) warnedAt = -Infinity
      else if (performance.now() - warnedAt >= WARN_AGAIN_MS) {
        warnedAt = performance.now()
        log.warn(
          { offsetSeconds: Math.round(offset / 1_000) },
          "this machine's clock differs from the database's, which signatures use; synchronize both with NTP",
        )
      }
      return false
    },
  })
}
