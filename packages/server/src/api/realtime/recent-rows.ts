/** How late a row may be committed after rows with a later time: nodes and their batches do not wait for each other. */
const OVERLAP_MS = 15_000
/** Limit on the rows kept to recognize those that were passed on; with more, the overlap is shorter. */
const MAX_KEPT = 4_000

export interface TimedRow {
  id: string
  /** The time in the id, or that of the row: milliseconds since 1970. */
  at: number
}

/** The part of a growing table that may still get rows, and which of its rows were passed on. */
export class RecentRows {
  #floor: number
  readonly #passed = new Map<string, number>()

  constructor(now: number) {
    this.#floor = now - OVERLAP_MS
  }

  /** Rows before this time are settled. */
  get floor(): number {
    return this.#floor
  }

  has(id: string): boolean {
    return this.#passed.has(id)
  }

  pass(rows: readonly TimedRow[]): void {
    for (const { id, at } of rows) this.#passed.set(id, at)
    const surplus = this.#passed.size - MAX_KEPT
    if (surplus > 0) this.#raise([...this.#passed.values()].toSorted((a, b) => a - b)[surplus - 1]!)
  }

  /** All rows that were there at this time were passed. */
  settle(now: number): void {
    this.#raise(now - OVERLAP_MS)
  }

  #raise(floor: number): void {
    if (floor <= this.#floor) return
    this.#floor = floor
    for (const [id, at] of this.#passed) if (at <= floor) this.#passed.delete(id)
  }
}

/** Returns the time in front of a UUIDv7, or of an id that is derived from an event. */
export const timeOfId = (id: string): number => Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16)

/** Returns the lowest id of a millisecond, a version aside. */
export function lowestId(time: number): string {
  const hex = Math.max(0, Math.floor(time)).toString(16).padStart(12, '0')
  return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`
}
