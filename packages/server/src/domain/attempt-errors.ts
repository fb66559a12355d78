import { phrase } from './messages/phrase.ts'
import type { PlainCode, Said } from './messages/phrase.ts'

/**
 * The error codes of attempts (`webhook_logs.error_code`): add one here, and `npm run generate` lists it in docs/errors.md. Codes are
 * stable. Which failure gets which code, and a more precise diagnosis, is in sender/failures.ts.
 */
interface AttemptErrorEntry {
  meaning: string
  /** What happened, for failures of the connection that say nothing more precise. */
  headline?: PlainCode
  /** The likely cause and the next step, for failures that have no diagnosis of their own. */
  advice: PlainCode
  /** Whether it is the endpoint that failed, so that its health counts it; true where it is left out. */
  isOfEndpoint?: false
}

export const ATTEMPT_ERRORS = {
  redirect: {
    meaning: 'The endpoint returned 3xx. Redirects are not followed.',
    advice: 'status.redirectAdvice',
  },
  client_error: {
    meaning: 'The endpoint returned 4xx.',
    advice: 'status.clientError',
  },
  gone: {
    meaning: 'The endpoint returned 410. The webhook is disabled.',
    advice: 'status.gone',
  },
  rate_limited: {
    meaning: 'The endpoint returned 429.',
    advice: 'status.rateLimited',
  },
  server_error: {
    meaning: 'The endpoint returned 5xx.',
    advice: 'status.serverError',
  },
  timeout: {
    meaning: 'No connection, or no complete response, in time.',
    advice: 'timeout.advice',
  },
  connection_refused: {
    meaning: 'Nothing listens at the address and port.',
    headline: 'refused.cause',
    advice: 'refused.advice',
  },
  connection_reset: {
    meaning: 'The connection was closed before the response was complete.',
    headline: 'reset.waiting',
    advice: 'reset.advice',
  },
  unreachable: {
    meaning: 'The network has no route to the address.',
    headline: 'unreachable.cause',
    advice: 'unreachable.advice',
  },
  dns_failure: {
    meaning: 'The host name does not resolve.',
    headline: 'dns.cause',
    advice: 'dns.advice',
  },
  tls_failure: {
    meaning: 'No TLS connection: the certificate, its chain, its host name, or no TLS at all.',
    headline: 'tls.cause',
    advice: 'tls.advice',
  },
  invalid_response: {
    meaning: 'The response is not HTTP, or its headers are too large.',
    headline: 'invalid.cause',
    advice: 'invalid.advice',
  },
  token_failure: {
    meaning: "The webhook's token server issued no access token (OAuth 2.0). The endpoint was not asked.",
    headline: 'token.cause',
    advice: 'token.advice',
  },
  blocked_destination: {
    meaning: 'The network guard does not allow the URL or its address.',
    advice: 'blocked.advice',
  },
  network_error: {
    meaning: 'Any other failure of the connection.',
    headline: 'network.cause',
    advice: 'network.advice',
  },
  secret_unreadable: {
    meaning: 'The stored secret cannot be decrypted with `ENCRYPTION_KEYS`. No request was sent.',
    advice: 'own.secret',
    isOfEndpoint: false,
  },
  not_sendable: {
    meaning:
      'This delivery cannot be sent, for instance because its redacted fields could not be cut. It is not retried automatically.',
    advice: 'own.notSendable',
    isOfEndpoint: false,
  },
  transform_failed: {
    meaning:
      "The webhook's transform failed for this event; `error_message` has the line. No request was sent, and none is retried automatically.",
    advice: 'own.transformFailed',
    isOfEndpoint: false,
  },
  transform_skipped: {
    meaning:
      "The webhook's transform returns no body for this event, so a test or a manual retry sends nothing.",
    advice: 'own.transformSkipped',
    isOfEndpoint: false,
  },
  not_recordable: {
    meaning: 'The outcome of the request could not be stored. The delivery has failed and can be retried.',
    advice: 'own.notRecordable',
    isOfEndpoint: false,
  },
  internal_error: {
    meaning: 'A bug in this server. It counts as an attempt, so that the delivery ends.',
    advice: 'own.defect',
    isOfEndpoint: false,
  },
} as const satisfies Readonly<Record<string, AttemptErrorEntry>>

export type AttemptErrorCode = keyof typeof ATTEMPT_ERRORS

export function diagnosisOf(code: AttemptErrorCode): Said {
  return phrase(ATTEMPT_ERRORS[code].advice)
}

export function headlineOf(code: AttemptErrorCode): Said {
  const { headline = 'network.cause' }: AttemptErrorEntry = ATTEMPT_ERRORS[code]
  return phrase(headline)
}

/** Whether the endpoint failed, and not we. */
export function isOfEndpoint(code: AttemptErrorCode): boolean {
  return !('isOfEndpoint' in ATTEMPT_ERRORS[code])
}
