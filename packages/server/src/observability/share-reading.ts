/** How long one reading is shared by all callers. */
const FRESH_MS = 1_000

/** Reads at most once a second, however many ask. A failed reading is not kept. */
export function shareReading<T>(read: () => Promise<T>): () => Promise<T> {
  let last: { at: number; state: Promise<T> } | undefined
  return async () => {
    const now = performance.now()
    if (last === undefined || now - last.at > FRESH_MS) {
      const state = read()
      last = { at: now, state }
      state.catch(() => (last = undefined))
    }
    return await last.state
  }
}
