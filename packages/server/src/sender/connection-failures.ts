import { Timeout } from './exchange.ts'
import { Http2Failure } from './http2-failure.ts'
import { InvalidResponse } from './invalid-response.ts'
import { BlockedDestination, UnusableUrl } from './network-guard.ts'
import type { Failure, Symptom } from './symptom.ts'
import { TokenFailure } from './token-failure.ts'
import { during, hasCode, isError } from './symptom.ts'

const timedOut: Failure['matches'] = (symptom) => isError(Timeout)(symptom) || hasCode('ETIMEDOUT')(symptom)

/** No complete response, for another reason than TLS; the first row that matches counts. */
export const CONNECTION_FAILURES: readonly Failure[] = [
  // The endpoint was not asked yet.
  { matches: isError(TokenFailure), code: 'token_failure', diagnosis: quoteDiagnosis, waits: true },
  // Our own refusals and deadlines.
  {
    matches: isError(UnusableUrl),
    code: 'blocked_destination',
    diagnosis:
      "This URL is not allowed. Correct the webhook's URL. For http:// in development, ask the operator to set ALLOW_HTTP_URLS.",
  },
  { matches: isError(BlockedDestination), code: 'blocked_destination' },
  {
    matches: during('connecting', timedOut),
    code: 'timeout',
    headline: 'no connection could be made in time',
    diagnosis:
      'The connection timed out. Check the address, and check that no firewall drops the connection.',
  },
  {
    matches: during('waiting', timedOut),
    code: 'timeout',
    headline: 'no response arrived in time',
    diagnosis:
      'Your endpoint accepted the request but did not respond in time. Return 200 first, then process the event.',
  },
  {
    matches: during('heading', timedOut),
    code: 'timeout',
    headline: 'the headers of the response did not end in time',
    diagnosis:
      'Your endpoint started to respond, but a whole status line with headers and the empty line after them did not arrive in time. Check the program that writes the response.',
  },
  {
    matches: during('reading', timedOut),
    code: 'timeout',
    headline: 'the response did not end in time',
    diagnosis:
      'Your endpoint started to respond but did not finish in time. Send a short response and end it. A Content-Length that is too large has the same effect.',
  },

  // Name resolution and connections.
  { matches: hasCode('ECONNREFUSED'), code: 'connection_refused' },
  {
    matches: during('connecting', hasCode('ECONNRESET', 'EPIPE', 'ECONNABORTED')),
    code: 'connection_reset',
    headline: 'the connection was closed before the request was sent',
    diagnosis:
      'The server closed the connection while it was being made. Check that the port serves HTTPS, that a certificate for this host name is installed, that it accepts the client certificate of this webhook, if there is one, and that no firewall or proxy ends the connection.',
  },
  {
    matches: during('reading', hasCode('ECONNRESET', 'EPIPE', 'ECONNABORTED')),
    code: 'connection_reset',
    headline: 'the connection was closed before the body of the response had ended',
    diagnosis:
      'The response was cut short. Check that its Content-Length counts bytes and not characters, and that neither your server nor a proxy ends the connection early. Your endpoint may have processed the event: it gets it again with the same X-Webhook-Id.',
  },
  {
    matches: during('heading', hasCode('ECONNRESET', 'EPIPE', 'ECONNABORTED')),
    code: 'connection_reset',
    headline: 'the connection was closed within the headers of the response',
    diagnosis:
      'Your endpoint started to respond and then closed the connection. Check the logs of your server, and of any proxy in front of it, for a crash at that time.',
  },
  {
    matches: hasCode('ECONNRESET', 'EPIPE', 'ECONNABORTED'),
    code: 'connection_reset',
    diagnosis:
      'The connection was closed before a response arrived. Check the logs of your server and of any proxy in front of it. A server that demands a client certificate (mutual TLS), or does not accept the one of this webhook, may close it as well.',
  },
  { matches: hasCode('EHOSTUNREACH', 'ENETUNREACH', 'EHOSTDOWN', 'ENETDOWN'), code: 'unreachable' },
  { matches: hasCode('ENOTFOUND', 'ENODATA'), code: 'dns_failure' },
  {
    matches: hasCode('EAI_AGAIN', 'EAI_FAIL', 'ESERVFAIL', 'EREFUSED', 'ETIMEOUT', 'EBADRESP', 'EFORMERR'),
    code: 'dns_failure',
    headline: 'the host name could not be looked up',
    diagnosis:
      'The name servers of this host did not answer, or with an error. Check them; the delivery is retried automatically.',
  },
  {
    matches: hasCode('EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM', 'EADDRNOTAVAIL'),
    code: 'network_error',
    headline: 'this server could not open another connection',
    diagnosis:
      'This server has no free sockets, ports or memory left; your endpoint is not at fault. Ask the operator to check its limits. The delivery is retried automatically.',
  },
  {
    matches: hasCode('EACCES', 'EPERM'),
    code: 'network_error',
    headline: 'this server may not connect to the address',
    diagnosis: 'A firewall of this server forbids the connection. Ask the operator to allow it.',
  },
]

/** What comes after the TLS failures, whose codes are more specific. */
export const OTHER_FAILURES: readonly Failure[] = [
  { matches: isError(InvalidResponse), code: 'invalid_response', diagnosis: quoteDiagnosis },
  { matches: isError(Http2Failure), code: 'connection_reset', diagnosis: quoteDiagnosis },
  { matches: () => true, code: 'network_error' },
]

/** Our own errors bring theirs along. */
function quoteDiagnosis(symptom: Symptom): string {
  const { error } = symptom as Symptom & { kind: 'failure' }
  return (error as InvalidResponse | Http2Failure | TokenFailure).diagnosis
}
