import type { Sync } from '../../api/types.ts'

/** Before that, a rate says little. */
const MIN_MS = 5_000

/** When a sync will end if it goes on as it did since its start; undefined if that cannot be said. */
export function estimateEnd(
  { matched, sent, failed, started_at: start }: Pick<Sync, 'matched' | 'sent' | 'failed' | 'started_at'>,
  now: number,
): string | undefined {
  const passed = now - Date.parse(start)
  const ended = sent + failed
  if (matched === null || ended === 0 || ended >= matched || passed < MIN_MS) return undefined
  return new Date(now + (passed / ended) * (matched - ended)).toISOString()
}
