import { useSyncExternalStore } from 'react'
import { formatDateTime, formatRelative } from './format.ts'

const TICK = 1_000
let now = Date.now()
const listeners = new Set<() => void>()
let timer: ReturnType<typeof setInterval> | undefined

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  timer ??= setInterval(() => {
    now = Date.now()
    for (const each of listeners) each()
  }, TICK)
  return () => {
    listeners.delete(listener)
    if (listeners.size > 0) return
    clearInterval(timer)
    timer = undefined
  }
}

/** The current time, to the second; all users share one timer. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => now)
}

/** "2 min. ago", with the exact time on hover. Rendered when its text changes, not every second. */
export function RelativeTime({ time }: { time: string }) {
  const text = useSyncExternalStore(subscribe, () => formatRelative(time, now))
  return (
    <time dateTime={time} title={formatDateTime(time)}>
      {text}
    </time>
  )
}
