import { ApiError, RestError } from '../../domain/errors.ts'
import { phrase } from '../../domain/messages/phrase.ts'
import { EventTooLarge, StreamsUnavailable } from '../../streams/errors.ts'

const RETRY_SECONDS = 2

/** Replaces an error of the streams by one for the caller; returns others as they are. */
export function explainPublishing(thrown: unknown): unknown {
  if (thrown instanceof StreamsUnavailable) {
    return new RestError(503, '53000', phrase('events.unconfirmed'), {
      hint: phrase('events.unconfirmedHint', { seconds: RETRY_SECONDS }),
      headers: { 'retry-after': String(RETRY_SECONDS) },
    })
  }
  if (thrown instanceof EventTooLarge) {
    return new ApiError(413, '54000', phrase('events.large'), { hint: phrase('events.largeHint') })
  }
  return thrown
}
