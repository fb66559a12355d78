import type { Said } from '../domain/messages/phrase.ts'
import { phrase } from '../domain/messages/phrase.ts'
import type { Failure, Symptom } from './symptom.ts'
import { status } from './symptom.ts'

const UNAUTHORIZED = phrase('status.unauthorized')
const CLIENT_CERTIFICATE = phrase('tls.clientPathAdvice')
const REFUSED_CERTIFICATE = phrase('tls.clientRefusedAdvice')
const HTTPS_PORT = phrase('status.httpsPort')

/** A response with one of these status codes; the first row that matches counts. */
export const RESPONSE_FAILURES: readonly Failure[] = [
  {
    matches: hasHeader('cf-mitigated', /challenge/i),
    code: 'client_error',
    diagnosis: phrase('status.cloudflareChallenge'),
  },
  {
    matches: status(304),
    code: 'redirect',
    diagnosis: phrase('status.notModified'),
  },
  { matches: status(300, 399), code: 'redirect', diagnosis: explainRedirect },
  {
    matches: saysIn(400, /no required ssl certificate/i),
    code: 'client_error',
    diagnosis: CLIENT_CERTIFICATE,
  },
  {
    matches: saysIn(400, /ssl certificate error/i),
    code: 'client_error',
    diagnosis: REFUSED_CERTIFICATE,
  },
  {
    matches: saysIn(400, /plain http request was sent to https/i),
    code: 'client_error',
    diagnosis: HTTPS_PORT,
  },
  {
    matches: status(400),
    code: 'client_error',
    diagnosis: phrase('status.badRequest'),
  },
  { matches: status(401), code: 'client_error', diagnosis: UNAUTHORIZED },
  { matches: status(403), code: 'client_error', diagnosis: UNAUTHORIZED },
  {
    matches: status(404),
    code: 'client_error',
    diagnosis: phrase('status.notFound'),
  },
  {
    matches: status(405),
    code: 'client_error',
    diagnosis: phrase('status.method'),
  },
  { matches: status(410), code: 'gone', disables: true },
  {
    matches: status(413),
    code: 'client_error',
    diagnosis: phrase('status.tooLarge'),
  },
  {
    matches: status(415),
    code: 'client_error',
    diagnosis: phrase('status.mediaType'),
  },
  {
    matches: status(426),
    code: 'client_error',
    diagnosis: phrase('status.upgrade'),
  },
  { matches: status(429), code: 'rate_limited', waits: true },
  { matches: status(495), code: 'client_error', diagnosis: REFUSED_CERTIFICATE },
  { matches: status(496), code: 'client_error', diagnosis: CLIENT_CERTIFICATE },
  { matches: status(497), code: 'client_error', diagnosis: HTTPS_PORT },
  { matches: status(400, 499), code: 'client_error' },
  { matches: status(503), code: 'server_error', waits: true },
  {
    matches: status(505),
    code: 'server_error',
    diagnosis: phrase('status.httpVersion'),
  },
  ...([520, 521, 522, 523, 524, 525, 526, 527, 530] as const).map(ofCloudflare),
  {
    matches: status(529),
    code: 'server_error',
    diagnosis: phrase('status.overloaded'),
  },
  { matches: status(500, 999), code: 'server_error' },
]

function ofCloudflare(code: 520 | 521 | 522 | 523 | 524 | 525 | 526 | 527 | 530): Failure {
  return { matches: status(code), code: 'server_error', diagnosis: phrase(`cloudflare.${code}`) }
}

function hasHeader(name: string, pattern: RegExp): Failure['matches'] {
  return (symptom) => symptom.kind === 'response' && pattern.test(symptom.headers[name] ?? '')
}

function saysIn(statusCode: number, pattern: RegExp): Failure['matches'] {
  return (symptom) =>
    symptom.kind === 'response' && symptom.statusCode === statusCode && pattern.test(symptom.body)
}

function explainRedirect(symptom: Symptom): Said {
  const location = symptom.kind === 'response' ? symptom.headers['location'] : undefined
  if (location === undefined || location === '') {
    return phrase('status.redirectNowhere')
  }
  return phrase('status.redirect', { location: location.slice(0, 500) })
}
