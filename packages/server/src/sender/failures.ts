import type { AttemptErrorCode } from '../domain/attempt-errors.ts'
import { BlockedDestination, UnusableUrl } from './network-guard.ts'
import { InvalidResponse } from './invalid-response.ts'
import type { Phase } from './answer.ts'
import { Timeout } from './exchange.ts'

/** How an attempt ended without success: with a response, or with an error. */
export type Symptom = FailedResponse | FailedConnection

interface FailedResponse {
  kind: 'response'
  statusCode: number
  headers: Readonly<Record<string, string>>
}

interface FailedConnection {
  kind: 'failure'
  error: Error
  /** Node's or OpenSSL's name for it, such as ECONNREFUSED or CERT_HAS_EXPIRED; '' where it has none. */
  errorCode: string
  phase: Phase
}

interface Failure {
  matches: (symptom: Symptom) => boolean
  code: AttemptErrorCode
  /** Left out: the code's own, from domain/attempt-errors.ts. */
  diagnosis?: string | ((symptom: Symptom) => string)
  /** The next attempt waits as long as `Retry-After` says. */
  waits?: true
  /** The webhook is disabled. */
  disables?: true
}

const UNAUTHORIZED =
  'Your endpoint rejected the credentials. Check that it verifies the signature with the current secret over the raw body, and that any custom authorization header is correct.'

/** All failures that we can tell apart: to explain another one, add a row. The first row that matches counts. */
const FAILURES: readonly Failure[] = [
  // Responses.
  { matches: status(300, 399), code: 'redirect', diagnosis: explainRedirect },
  {
    matches: status(400),
    code: 'client_error',
    diagnosis: 'Your endpoint could not parse the request. Compare the request body with what it expects.',
  },
  { matches: status(401), code: 'client_error', diagnosis: UNAUTHORIZED },
  { matches: status(403), code: 'client_error', diagnosis: UNAUTHORIZED },
  {
    matches: status(404),
    code: 'client_error',
    diagnosis: 'The host responds, but nothing exists at this path. Check the path in the URL.',
  },
  {
    matches: status(405),
    code: 'client_error',
    diagnosis: 'This path does not accept POST requests. Check the path and the method of its route.',
  },
  { matches: status(410), code: 'gone', disables: true },
  {
    matches: status(413),
    code: 'client_error',
    diagnosis:
      'The request body is larger than your endpoint accepts. Raise the limit of the receiving server or proxy.',
  },
  {
    matches: status(415),
    code: 'client_error',
    diagnosis: 'Your endpoint does not accept application/json. Check how it parses the body.',
  },
  { matches: status(429), code: 'rate_limited', waits: true },
  { matches: status(400, 499), code: 'client_error' },
  { matches: status(503), code: 'server_error', waits: true },
  { matches: status(500, 999), code: 'server_error' },

  // Our own refusals and deadlines.
  {
    matches: isError(UnusableUrl),
    code: 'blocked_destination',
    diagnosis:
      "This URL is not allowed. Correct the webhook's URL. For http:// in development, ask the operator to set ALLOW_HTTP_URLS.",
  },
  { matches: isError(BlockedDestination), code: 'blocked_destination' },
  {
    matches: timedOut('connecting'),
    code: 'timeout',
    diagnosis:
      'The connection timed out. Check the address, and check that no firewall drops the connection.',
  },
  {
    matches: timedOut('waiting'),
    code: 'timeout',
    diagnosis:
      'Your endpoint accepted the request but did not respond in time. Return 200 first, then process the event.',
  },
  {
    matches: timedOut('reading'),
    code: 'timeout',
    diagnosis:
      'Your endpoint started to respond but did not finish in time. Send a short response and end it.',
  },

  // Name resolution and connections.
  { matches: hasCode('ECONNREFUSED'), code: 'connection_refused' },
  { matches: hasCode('ECONNRESET', 'EPIPE'), code: 'connection_reset' },
  { matches: hasCode('EHOSTUNREACH', 'ENETUNREACH'), code: 'unreachable' },
  {
    matches: hasCode('ENOTFOUND', 'EAI_AGAIN', 'ENODATA', 'ESERVFAIL', 'EREFUSED', 'ETIMEOUT'),
    code: 'dns_failure',
  },

  // TLS, by Node's code or OpenSSL's reason.
  {
    matches: tls(/^CERT_HAS_EXPIRED$/),
    code: 'tls_failure',
    diagnosis:
      "The endpoint's certificate has expired. Renew it on your server, and check that automatic renewal still runs.",
  },
  {
    matches: tls(/^CERT_NOT_YET_VALID$/),
    code: 'tls_failure',
    diagnosis: "The endpoint's certificate is not valid yet. Check the clock of the machine that issued it.",
  },
  {
    matches: tls(/^(DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN)$/),
    code: 'tls_failure',
    diagnosis:
      'The endpoint uses a self-signed certificate. Use a certificate from a public authority, such as Let’s Encrypt.',
  },
  {
    matches: tls(/^ERR_TLS_CERT_ALTNAME_INVALID$/),
    code: 'tls_failure',
    diagnosis:
      "The endpoint's certificate is for another host name. Check the host in the URL, or reissue the certificate for that host.",
  },
  {
    matches: tls(/^UNABLE_TO_(VERIFY_LEAF_SIGNATURE|GET_ISSUER_CERT(_LOCALLY)?)$/),
    code: 'tls_failure',
    diagnosis:
      "The endpoint's certificate does not chain to a trusted authority. The server probably does not send the intermediate certificate: install the full chain.",
  },
  {
    matches: tls(/^CERT_REVOKED$/),
    code: 'tls_failure',
    diagnosis: "The endpoint's certificate was revoked. Install a new one.",
  },
  {
    matches: tls(/PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL|NO_PROTOCOLS_AVAILABLE|VERSION_TOO_LOW/),
    code: 'tls_failure',
    diagnosis:
      'The endpoint only supports TLS versions older than 1.2, which are not secure. Enable TLS 1.2 or 1.3.',
  },
  {
    matches: tls(/WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST/),
    code: 'tls_failure',
    diagnosis:
      'The server on this port does not use TLS. Check the port in the URL, and check that HTTPS is enabled.',
  },
  { matches: tls(/(?:)/), code: 'tls_failure' },

  { matches: isError(InvalidResponse), code: 'invalid_response' },
  { matches: () => true, code: 'network_error' },
]

export function findFailure(symptom: Symptom): Failure {
  return FAILURES.find(({ matches }) => matches(symptom))!
}

function status(from: number, to = from): Failure['matches'] {
  return (symptom) => symptom.kind === 'response' && symptom.statusCode >= from && symptom.statusCode <= to
}

function hasCode(...codes: string[]): Failure['matches'] {
  return (symptom) => symptom.kind === 'failure' && codes.includes(symptom.errorCode)
}

function isError(type: new (...args: never[]) => Error): Failure['matches'] {
  return (symptom) => symptom.kind === 'failure' && symptom.error instanceof type
}

function timedOut(phase: Phase): Failure['matches'] {
  return (symptom) =>
    symptom.kind === 'failure' &&
    symptom.phase === phase &&
    (symptom.error instanceof Timeout || symptom.errorCode === 'ETIMEDOUT')
}

const TLS_CODE = /^(EPROTO$|ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO)/

/** OpenSSL's reason may be in the message alone: `wrong version number`. */
function tls(pattern: RegExp): Failure['matches'] {
  return (symptom) =>
    symptom.kind === 'failure' &&
    TLS_CODE.test(symptom.errorCode) &&
    (pattern.test(symptom.errorCode) ||
      pattern.test(symptom.error.message.toUpperCase().replaceAll(' ', '_')))
}

function explainRedirect(symptom: Symptom): string {
  const location = symptom.kind === 'response' ? symptom.headers['location'] : undefined
  const target = location === undefined ? 'another URL' : location.slice(0, 500)
  return `The endpoint redirects to ${target}. Redirects are not followed: set the webhook's URL to the final URL.`
}
