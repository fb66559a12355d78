import type { Logger } from 'pino'
import { messageOf } from '../domain/errors.ts'
import type { LoopWatch } from './loop-watch.ts'

export interface Loop {
  /** Runs soon; during a run, one more run follows. */
  wake(): void
  /** Resolves when a run under way has ended; no other follows. */
  stop(): Promise<void>
}

export interface LoopOptions {
  name: string
  /** Milliseconds between runs without a wake-up. */
  everyMs: number
  /** The least milliseconds between a run and the next one after a wake-up. */
  gapMs?: number
  /** Runs one iteration. Returns true to run again immediately, a delay in milliseconds, or false to wait for `everyMs`. */
  run(isWoken: boolean): Promise<boolean | number>
  log: Logger
  /** Records every run, so that a stuck or failing loop is visible. */
  watch: LoopWatch
}

const MIN_BACKOFF_MS = 100
const MAX_BACKOFF_MS = 5_000

/**
 * Runs work repeatedly: on wake-up, and in any case every `everyMs`, because wake-ups are hints. A failure (such as a
 * database outage) is logged and retried with growing delays; it never ends the loop.
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
        'background run failed, retrying automatically',
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
