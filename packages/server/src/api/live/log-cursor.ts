/** How late a row may be committed after rows with higher ids: nodes and their batches do not wait for each other. */
const OVERLAP_MS = 15_000
/** Of that, what is shown again to a client that comes back: it may have gone in between. */
const REPEATED_MS = 2_000
/** Ids that are kept to tell new rows from old ones; where more come in the overlap, it is shorter. */
const MAX_KEPT = 1_000

/**
 * A place in a log whose rows are not committed in the order of their ids. It reads again a little of what it has passed,
 * without what was seen there, so that late rows are found and none is shown twice.
 *
 *     passed for good │ overlap: seen ids are kept │ ahead
 *                  floor                      highest seen
 */
export class LogCursor {
  #floor: string
  /** In the order of their ids, from the floor on. */
  #seen: string[] = []

  private constructor(floor: string) {
    this.#floor = floor
  }

  /** Before what will be committed from now on; what is there already has to be skipped. */
  static atEnd(now: number): LogCursor {
    return new LogCursor(firstIdOf(now - OVERLAP_MS))
  }

  /** After the row with this id, as far as its reader can have seen. */
  static after(id: string): LogCursor {
    const cursor = new LogCursor(firstIdOf(timeOf(id) - REPEATED_MS))
    cursor.#seen = [id]
    return cursor
  }

  /** The next rows, as a query of `webhook_logs`. */
  query(limit: number): string {
    const known = this.#seen.length === 0 ? '' : `&id=not.in.(${this.#seen.join(',')})`
    return `id=gt.${this.#floor}${known}&order=id&limit=${limit}`
  }

  pass(ids: readonly string[]): void {
    if (ids.length === 0) return
    this.#seen = [...this.#seen, ...ids].toSorted()
    const floor = firstIdOf(timeOf(this.#seen.at(-1)!) - OVERLAP_MS)
    if (floor > this.#floor) this.#floor = floor
    const surplus = this.#seen.length - MAX_KEPT
    if (surplus > 0) this.#floor = [this.#floor, this.#seen[surplus - 1]!].toSorted()[1]!
    this.#seen = this.#seen.filter((id) => id > this.#floor)
  }
}

const timeOf = (id: string): number => Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16)

/** The lowest UUIDv7 of a millisecond. */
function firstIdOf(time: number): string {
  const hex = Math.max(0, time).toString(16).padStart(12, '0')
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-000000000000`
}
