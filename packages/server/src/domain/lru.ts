/** A map that holds a bounded number of entries. */
export interface Lru<K, V> {
  get(key: K): V | undefined
  /** Drops the entry that was used longest ago when there are too many. */
  set(key: K, value: V): void
  delete(key: K): void
}

export function createLru<K, V>(max: number): Lru<K, V> {
  // A Map iterates in the order of insertion: what is used moves to the end.
  const entries = new Map<K, V>()
  const set = (key: K, value: V): void => {
    entries.delete(key)
    entries.set(key, value)
    if (entries.size > max) entries.delete(entries.keys().next().value!)
  }
  return {
    get(key) {
      const value = entries.get(key)
      if (value !== undefined) set(key, value)
      return value
    },
    set,
    delete: (key) => void entries.delete(key),
  }
}
