/** How late a row may be committed after rows with higher ids: nodes and their batches do not wait for each other. */
const OVERLAP_MS = 15_000
/** The part of the overlap that is repeated for a client that reconnects, which may have missed it. */
const REPEATED_MS = 2_000
/** Limit on the ids kept to recognize rows already sent; with more rows, the overlap is shorter. */
const MAX_KEPT = 1_000

/**
 * A position in a log whose rows are not committed in the order of their ids. It reads a part of the past again and
 * skips the rows sent before, so that late rows are found and no row is sent twice.
 *
 * done │ overlap: sent ids are kept │ ahead
 * floor                      highest sent
 */
export class LogCursor {
  #floor: string
  /** Ordered, from the floor on. */
  #seen: string[] = []

  private constructor(floor: string) {
    this.#floor = floor
  }

  /** A position before all future rows; existing rows in the overlap have to be skipped. */
  static atEnd(now: number): LogCursor {
    return new LogCursor(firstId(now - OVERLAP_MS))
  }

  /** A position after the row with this id, except for rows that the reader may have missed. */
  static after(id: string): LogCursor {
    const cursor = new LogCursor(firstId(parseTime(id) - REPEATED_MS))
    cursor.#seen = [id]
    return cursor
  }

  /** The query of `webhook_logs` for the next rows. */
  query(limit: number): string {
    const known = this.#seen.length === 0 ? '' : `&id=not.in.(${this.#seen.join(',')})`
    return `id=gt.${this.#floor}${known}&order=id&limit=${limit}`
  }

  pass(ids: readonly string[]): void {
    if (ids.length === 0) return
    this.#seen = [...this.#seen, ...ids].toSorted()
    const floor = firstId(parseTime(this.#seen.at(-1)!) - OVERLAP_MS)
    if (floor > this.#floor) this.#floor = floor
    const surplus = this.#seen.length - MAX_KEPT
    if (surplus > 0) this.#floor = [this.#floor, this.#seen[surplus - 1]!].toSorted()[1]!
    this.#seen = this.#seen.filter((id) => id > this.#floor)
  }
}

const parseTime = (id: string): number => Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16)

/** The lowest UUIDv7 of a millisecond. */
function firstId(time: number): string {
  const hex = Math.max(0, time).toString(16).padStart(12, '0')
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-000000000000`
}
