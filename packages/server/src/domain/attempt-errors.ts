/**
 * The error codes of attempts (`webhook_logs.error_code`): add one here, and `npm run generate` lists it in docs/errors.md. Codes are
 * stable. Which failure gets which code, and a more precise diagnosis, is in sender/failures.ts.
 */
interface AttemptErrorEntry {
  meaning: string
  /** The likely cause and the next step, for failures that have no diagnosis of their own. */
  cause: string
  nextStep: string
  /** Whether it is the endpoint that failed, so that its health counts it; true where it is left out. */
  isOfEndpoint?: false
}

export const ATTEMPT_ERRORS = {
  redirect: {
    meaning: 'The endpoint returned 3xx. Redirects are not followed.',
    cause: 'The endpoint redirects to another URL.',
    nextStep: "Set the webhook's URL to the final URL.",
  },
  client_error: {
    meaning: 'The endpoint returned 4xx.',
    cause: 'Your endpoint rejected the request.',
    nextStep: 'Check the response body for the reason.',
  },
  gone: {
    meaning: 'The endpoint returned 410. The webhook is disabled.',
    cause: 'Your endpoint reports that it no longer exists, so the webhook was disabled.',
    nextStep: 'Correct the URL, then enable the webhook.',
  },
  rate_limited: {
    meaning: 'The endpoint returned 429.',
    cause: 'Your endpoint is rate limiting requests.',
    nextStep: 'The next attempt waits for the time in its Retry-After header.',
  },
  server_error: {
    meaning: 'The endpoint returned 5xx.',
    cause: 'Your endpoint failed to process the request.',
    nextStep: 'Check its logs; the delivery is retried automatically.',
  },
  timeout: {
    meaning: 'No connection, or no complete response, in time.',
    cause: 'Your endpoint is slow or unreachable.',
    nextStep: 'Return 200 first, then process the event.',
  },
  connection_refused: {
    meaning: 'Nothing listens at the address and port.',
    cause: 'The connection was refused.',
    nextStep: 'Check that your server is running and that the port in the URL is correct.',
  },
  connection_reset: {
    meaning: 'The connection was closed before the response was complete.',
    cause: 'The connection was closed before a response arrived.',
    nextStep: 'Check the logs of your server and of any proxy in front of it.',
  },
  unreachable: {
    meaning: 'The network has no route to the address.',
    cause: 'The host is unreachable.',
    nextStep: 'Check the address and your network routing.',
  },
  dns_failure: {
    meaning: 'The host name does not resolve.',
    cause: 'The host name does not resolve.',
    nextStep: 'Check its spelling and DNS records.',
  },
  tls_failure: {
    meaning: 'No TLS connection: the certificate, its chain, its host name, or no TLS at all.',
    cause: 'The TLS connection failed.',
    nextStep:
      'Check that the port serves HTTPS and that the certificate is valid, includes its full chain and is issued for this host name.',
  },
  invalid_response: {
    meaning: 'The response is not HTTP, or its headers are too large.',
    cause: 'The response is not valid HTTP.',
    nextStep: 'Check that the port in the URL serves HTTP, or HTTPS for an https:// URL.',
  },
  token_failure: {
    meaning: "The webhook's token server issued no access token (OAuth 2.0). The endpoint was not asked.",
    cause: 'The token server issued no access token.',
    nextStep: 'Check the token URL, the client and its secret.',
  },
  blocked_destination: {
    meaning: 'The network guard does not allow the URL or its address.',
    cause: 'Requests to private or reserved addresses are blocked.',
    nextStep: 'Use a public address, or ask the operator to set EGRESS_ALLOW.',
  },
  network_error: {
    meaning: 'Any other failure of the connection.',
    cause: 'The connection failed.',
    nextStep: 'Check that the endpoint is reachable from outside your network.',
  },
  secret_unreadable: {
    meaning: 'The stored secret cannot be decrypted with `ENCRYPTION_KEYS`. No request was sent.',
    cause: 'An encryption key that is still in use was removed.',
    nextStep: 'Ask the operator to restore it, or set a new secret.',
    isOfEndpoint: false,
  },
  not_sendable: {
    meaning:
      'This delivery cannot be sent, for instance because its redacted fields could not be cut. It is not retried automatically.',
    cause: 'No request was sent.',
    nextStep: 'Fix the cause, then retry the delivery. Other deliveries are not affected.',
    isOfEndpoint: false,
  },
  transform_failed: {
    meaning:
      "The webhook's transform failed for this event; `error_message` has the line. No request was sent, and none is retried automatically.",
    cause: "The webhook's transform failed for this event, so no request was sent.",
    nextStep: 'Correct the transform, then retry the delivery. Other deliveries are not affected.',
    isOfEndpoint: false,
  },
  transform_skipped: {
    meaning:
      "The webhook's transform returns no body for this event, so a test or a manual retry sends nothing.",
    cause: "The webhook's transform returns nothing for this event.",
    nextStep: 'Return a body from it if the event must be sent.',
    isOfEndpoint: false,
  },
  not_recordable: {
    meaning: 'The outcome of the request could not be stored. The delivery has failed and can be retried.',
    cause: 'The request was sent, but its outcome could not be stored. See error_message for the cause.',
    nextStep: 'Retry the delivery if the endpoint did not receive it.',
    isOfEndpoint: false,
  },
  internal_error: {
    meaning: 'A bug in this server. It counts as an attempt, so that the delivery ends.',
    cause: 'This is a bug in ConnectGain Webhooks.',
    nextStep: 'Please report it.',
    isOfEndpoint: false,
  },
} as const satisfies Readonly<Record<string, AttemptErrorEntry>>

export type AttemptErrorCode = keyof typeof ATTEMPT_ERRORS

export function diagnosisOf(code: AttemptErrorCode): string {
  const { cause, nextStep } = ATTEMPT_ERRORS[code]
  return `${cause} ${nextStep}`
}

/** Whether the endpoint failed, and not we. */
export function isOfEndpoint(code: AttemptErrorCode): boolean {
  return !('isOfEndpoint' in ATTEMPT_ERRORS[code])
}
