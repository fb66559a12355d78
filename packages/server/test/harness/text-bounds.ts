import type { InProcessApi } from './in-process-api.ts'
import type { ReceiverServer } from './receiver-server.ts'
import { BOUNDS_OF_ATTEMPTS } from './text-bounds-of-attempts.ts'
import { BOUNDS_OF_EVENTS } from './text-bounds-of-events.ts'
import { BOUNDS_OF_THE_PROGRAM } from './text-bounds-of-the-program.ts'

export interface Proving {
  api: InProcessApi
  receiver: ReceiverServer
  /** A webhook of `OURS`, pointed at a path of the receiver. */
  webhook: { id: string; path: string }
}

/** Columns that no CHECK bounds, the code that does, and the proof that it does. */
export interface Bound {
  /** `schema.table.column`, or `schema.*`. */
  columns: readonly string[]
  /** Below packages/server. */
  by: readonly string[]
  /** What holds, as a sentence: the title of a test. */
  title: string
  prove(proving: Proving): Promise<void>
}

export const BOUNDED_IN_CODE: readonly Bound[] = [
  ...BOUNDS_OF_EVENTS,
  ...BOUNDS_OF_ATTEMPTS,
  ...BOUNDS_OF_THE_PROGRAM,
]
