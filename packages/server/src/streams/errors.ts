/** The cluster has not stored what was published: no quorum, no answer in time, a full disk. It may be published again, under the same ids. */
export class StreamsUnavailable extends Error {
  override readonly name = 'StreamsUnavailable'
}

/** Events that no message of this cluster can hold. Nothing of the call was published. */
export class EventTooLarge extends Error {
  override readonly name = 'EventTooLarge'
  readonly eventIds: readonly string[]
  readonly maxBytes: number

  constructor(eventIds: readonly string[], maxBytes: number) {
    super(`An event is larger than the ${maxBytes} bytes that the NATS servers take (max_payload).`)
    this.eventIds = eventIds
    this.maxBytes = maxBytes
  }
}
