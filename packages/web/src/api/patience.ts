import { ApiError } from './client.ts'
import { pause } from './pause.ts'

const MAX_WAITS = 20
const DEFAULT_WAIT_MS = 5_000

/** Waits as long as the API asks when the credential's share of requests or database time is used up, then asks again. */
export async function withPatience<T>(ask: () => Promise<T>, signal: AbortSignal): Promise<T> {
  for (let waits = 0; ; waits += 1) {
    try {
      return await ask()
    } catch (error) {
      const isRefused = error instanceof ApiError && error.status === 429
      if (!isRefused || waits === MAX_WAITS) throw error
      await pause(error.retryAfterMs ?? DEFAULT_WAIT_MS, signal)
      signal.throwIfAborted()
    }
  }
}
