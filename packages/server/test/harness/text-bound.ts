import type { InProcessApi } from './in-process-api.ts'
import type { ReceiverServer } from './receiver-server.ts'

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
