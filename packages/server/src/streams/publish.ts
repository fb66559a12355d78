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

/** The streams did not confirm: they may have stored all events, some, or none. */
export class StreamsUnavailable extends Error {
  override readonly name = 'StreamsUnavailable'
}

/** An event is larger than the streams accept. */
export class EventTooLarge extends Error {
  override readonly name = 'EventTooLarge'
}
