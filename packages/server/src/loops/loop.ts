import type { Logger } from 'pino'
import { messageOf } from '../domain/errors.ts'
import type { LoopWatch } from './loop-watch.ts'

export interface Loop {
  /** Runs soon; a call during a run makes one more run follow it. */
  wake(): void
  /** Resolves when a run in progress has ended; none follows. */
  stop(): Promise<void>
}

export interface LoopOptions {
  name: string
  /** Milliseconds between runs when nobody wakes it. */
  everyMs: number
  /** Milliseconds at least between the end of a run and the next one when it is woken, however often. */
  gapMs?: number
  /** Does a piece of work; true: there is more, run again at once, whatever the gap; a number: run again in so many milliseconds. */
  run(isWoken: boolean): Promise<boolean | number>
  log: Logger
  /** Told of every run: a loop that is stuck or only fails must be seen. */
  watch: LoopWatch
}

const MIN_BACKOFF_MS = 100
const MAX_BACKOFF_MS = 5_000

/**
 * Runs a piece of work again and again: when woken, and in any case every `everyMs`, because a wake-up is only a hint.
 * A failure (a database that is away, say) is logged and tried again with growing waits; it never ends the loop.
 */
export function startLoop({ name, everyMs, gapMs = 0, run, log, watch }: LoopOptions): Loop {
  let timer: NodeJS.Timeout | undefined
  let running: Promise<void> | undefined
  let woken = false
  let stopped = false
  let backoff = 0
  let pause = everyMs
  let endedAt = -Infinity

  function schedule(wait: number): void {
    if (stopped) return
    clearTimeout(timer)
    timer = setTimeout(start, wait)
  }

  function start(): void {
    clearTimeout(timer)
    running = runOnce().finally(() => {
      running = undefined
      endedAt = performance.now()
      schedule(backoff > 0 ? backoff : woken ? Math.min(pause, gapMs) : pause)
    })
  }

  async function runOnce(): Promise<void> {
    const wasWoken = woken
    woken = false
    pause = everyMs
    watch.began(name)
    try {
      const next = await run(wasWoken)
      if (next === true) {
        woken = true
        pause = 0
      }
      if (typeof next === 'number') pause = Math.min(next, everyMs)
      backoff = 0
      watch.ended(name, true)
    } catch (error) {
      watch.ended(name, false)
      backoff = Math.min(Math.max(backoff * 2, MIN_BACKOFF_MS), MAX_BACKOFF_MS)
      log.warn(
        { loop: name, error: messageOf(error), retryInMs: backoff },
        'a background run failed and will be tried again',
      )
    }
  }

  schedule(0)
  return {
    wake() {
      if (woken) return
      woken = true
      if (running !== undefined || backoff > 0 || stopped) return
      const rest = endedAt + gapMs - performance.now()
      if (rest > 0) schedule(rest)
      else start()
    },
    async stop() {
      stopped = true
      clearTimeout(timer)
      await running
    },
  }
}

/** Resolves with `undefined` when `work` takes longer than `ms`. */
export async function within<T>(ms: number, work: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined
  const timeout = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), ms)
  })
  return await Promise.race([work, timeout]).finally(() => clearTimeout(timer))
}
