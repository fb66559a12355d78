interface Waiting<Found> {
  key: string
  resolve(found: Found | undefined): void
  reject(error: unknown): void
}

/** Resolves to undefined for a key that is not found. */
export type SharedLookup<Found> = (key: string) => Promise<Found | undefined>

/**
 * Bounds the cost of lookups that anyone can ask for: one query runs at a time, and keys requested while it runs are
 * looked up together by the next one. No result is older than its request.
 */
export function createSharedLookup<Found>(
  lookUp: (keys: readonly string[]) => Promise<ReadonlyMap<string, Found>>,
): SharedLookup<Found> {
  let waiting: Waiting<Found>[] = []
  let isLooking = false

  async function lookUpAll(): Promise<void> {
    isLooking = true
    while (waiting.length > 0) {
      const asked = waiting
      waiting = []
      try {
        const found = await lookUp([...new Set(asked.map(({ key }) => key))])
        for (const { key, resolve } of asked) resolve(found.get(key))
      } catch (error) {
        for (const { reject } of asked) reject(error)
      }
    }
    isLooking = false
  }

  return (key) =>
    new Promise((resolve, reject) => {
      waiting.push({ key, resolve, reject })
      if (!isLooking) void lookUpAll()
    })
}
