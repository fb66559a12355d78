import type { StreamedEvent } from './event-message.ts'

/** A message that this node has taken from a partition that it owns. */
export interface TakenMessage {
  readonly partition: number
  readonly sequence: number
  readonly events: readonly StreamedEvent[]
  /** Its events may have been processed before: published twice, delivered twice, or left by another owner. */
  readonly isRepeated: boolean
  readonly hasGivenIds: boolean
  /** Its events are processed: it leaves the stream. */
  done(): void
  /** It is still being worked on. */
  extend(): void
  /** It is to be delivered again, now. */
  giveBack(): void
}

export interface MessageReader {
  onMessage(message: TakenMessage): void
  /** Resolves when there is room for more; asked before each pull. */
  room(): Promise<void>
  /** Another node owns the partition now, or will: its messages that are not done are sent by that node. */
  onLost(partition: number): void
}

export interface Reading {
  /** Takes nothing more. What was taken remains this node's until `release`. */
  stop(): Promise<void>
  /** Gives the partitions to other nodes, to be called after the last `done`. */
  release(): Promise<void>
}
