export type Status = 'pending' | 'retrying' | 'delivered' | 'failed' | 'cancelled' | 'filtered'

/** A delivery's row of the queue; `due` says whether its time has come. */
export interface Queued {
  lease: string | null
  node: string | null
  due: boolean
}

export interface ExpectedDelivery {
  id: string
  webhook: string
  event: string
  /** Ticks of the model's own clock, one for every command. */
  createdAt: number
  completedAt: number
  status: Status
  /** What came of each recorded attempt, from the first. */
  log: ('success' | 'failed')[]
  queued: Queued | undefined
}

export interface ExpectedWebhook {
  isActive: boolean
  isDeleted: boolean
  /** The value of `kind` that its filter lets through; undefined: no filter. */
  kind: string | undefined
}

export interface ExpectedEvent {
  id: string
  kind: string
  /** The node that has leased it. */
  holder: string | undefined
}

/** A delivery that a node has in memory alone. */
export interface Unwritten {
  event: string
  webhook: string
  lease: string
  node: string
  /** When it was matched. */
  createdAt: number
}

export interface Pair {
  event: string
  webhook: string
  isFiltered: boolean
}
