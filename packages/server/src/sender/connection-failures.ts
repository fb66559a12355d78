import type { Said } from '../domain/messages/phrase.ts'
import { phrase } from '../domain/messages/phrase.ts'
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
    diagnosis: phrase('blocked.urlAdvice'),
  },
  { matches: isError(BlockedDestination), code: 'blocked_destination' },
  {
    matches: during('connecting', timedOut),
    code: 'timeout',
    headline: phrase('timeout.connectingInTime'),
    diagnosis: phrase('timeout.connectingAdvice'),
  },
  {
    matches: during('waiting', timedOut),
    code: 'timeout',
    headline: phrase('timeout.waitingInTime'),
    diagnosis: phrase('timeout.waitingAdvice'),
  },
  {
    matches: during('heading', timedOut),
    code: 'timeout',
    headline: phrase('timeout.headingInTime'),
    diagnosis: phrase('timeout.headingAdvice'),
  },
  {
    matches: during('reading', timedOut),
    code: 'timeout',
    headline: phrase('timeout.readingInTime'),
    diagnosis: phrase('timeout.readingAdvice'),
  },

  // Name resolution and connections.
  { matches: hasCode('ECONNREFUSED'), code: 'connection_refused' },
  {
    matches: during('connecting', hasCode('ECONNRESET', 'EPIPE', 'ECONNABORTED')),
    code: 'connection_reset',
    headline: phrase('reset.connecting'),
    diagnosis: phrase('reset.connectingAdvice'),
  },
  {
    matches: during('reading', hasCode('ECONNRESET', 'EPIPE', 'ECONNABORTED')),
    code: 'connection_reset',
    headline: phrase('reset.reading'),
    diagnosis: phrase('reset.readingAdvice'),
  },
  {
    matches: during('heading', hasCode('ECONNRESET', 'EPIPE', 'ECONNABORTED')),
    code: 'connection_reset',
    headline: phrase('reset.heading'),
    diagnosis: phrase('reset.headingAdvice'),
  },
  {
    matches: hasCode('ECONNRESET', 'EPIPE', 'ECONNABORTED'),
    code: 'connection_reset',
    diagnosis: phrase('reset.waitingAdvice'),
  },
  { matches: hasCode('EHOSTUNREACH', 'ENETUNREACH', 'EHOSTDOWN', 'ENETDOWN'), code: 'unreachable' },
  { matches: hasCode('ENOTFOUND', 'ENODATA'), code: 'dns_failure' },
  {
    matches: hasCode('EAI_AGAIN', 'EAI_FAIL', 'ESERVFAIL', 'EREFUSED', 'ETIMEOUT', 'EBADRESP', 'EFORMERR'),
    code: 'dns_failure',
    headline: phrase('dns.lookup'),
    diagnosis: phrase('dns.lookupAdvice'),
  },
  {
    matches: hasCode('EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM', 'EADDRNOTAVAIL'),
    code: 'network_error',
    headline: phrase('network.full'),
    diagnosis: phrase('network.fullAdvice'),
  },
  {
    matches: hasCode('EACCES', 'EPERM'),
    code: 'network_error',
    headline: phrase('network.forbidden'),
    diagnosis: phrase('network.forbiddenAdvice'),
  },
]

/** What comes after the TLS failures, whose codes are more specific. */
export const OTHER_FAILURES: readonly Failure[] = [
  { matches: isError(InvalidResponse), code: 'invalid_response', diagnosis: quoteDiagnosis },
  { matches: isError(Http2Failure), code: 'connection_reset', diagnosis: quoteDiagnosis },
  { matches: () => true, code: 'network_error' },
]

/** Our own errors bring theirs along. */
function quoteDiagnosis(symptom: Symptom): Said {
  const { error } = symptom as Symptom & { kind: 'failure' }
  return (error as InvalidResponse | Http2Failure | TokenFailure).diagnosis
}
