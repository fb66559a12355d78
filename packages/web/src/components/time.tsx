import { useSyncExternalStore } from 'react'
import { formatDateTime, formatRelative } from './format.ts'

const TICK = 1_000
const listeners = new Set<() => void>()
let timer: ReturnType<typeof setInterval> | undefined

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  timer ??= setInterval(() => {
    for (const each of listeners) each()
  }, TICK)
  return () => {
    listeners.delete(listener)
    if (listeners.size > 0) return
    clearInterval(timer)
    timer = undefined
  }
}

/** Whole seconds, so that what is drawn twice within one is the same. */
const readNow = (): number => Math.floor(Date.now() / TICK) * TICK

/** The current time, to the second; all users share one timer. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, readNow)
}

/** "2 min. ago", with the exact time on hover. Rendered when its text changes, not every second. */
export function RelativeTime({ time }: { time: string }) {
  const text = useSyncExternalStore(subscribe, () => formatRelative(time, readNow()))
  return (
    <time dateTime={time} title={formatDateTime(time)}>
      {text}
    </time>
  )
}
