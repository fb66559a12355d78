import type { StreamedEvent } from './event-message.ts'

export interface PublishOptions {
  /** The events may have been published before: workers compare with what is stored before they send. */
  isRepeated?: boolean
  /** The callers chose the ids: workers drop events that are stored already. */
  hasGivenIds?: boolean
}

export interface Publish {
  /**
   * Resolves when the quorum has stored all events.
   * @throws StreamsUnavailable, EventTooLarge
   */
  publish(events: readonly StreamedEvent[], options?: PublishOptions): Promise<void>
}
