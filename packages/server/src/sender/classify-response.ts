import { parseRetryAfter } from '../domain/retry-policy.ts'
import { messageOf } from '../domain/errors.ts'
import { NOTHING_SENT } from '../domain/delivery-fault.ts'
import { BlockedDestination, UnusableUrl } from './network-guard.ts'
import { InvalidAnswer } from './response-parser.ts'
import type { Answer, Phase } from './send.ts'
import { Timeout } from './send.ts'
import { diagnoseTls } from './tls-diagnosis.ts'

/** What an answer means for the delivery, and what it says to people. */
export interface Verdict {
  success: boolean
  /** One of the codes of docs/errors.md; null for success. */
  errorCode: AttemptErrorCode | null
  errorMessage: string | null
  /** What happened, the likely cause and the next step, in words. */
  diagnosis: string | null
  /** Milliseconds that the receiver asked to be left alone. */
  retryAfter: number | undefined
  /** Set when the webhook is to be deactivated, with the reason. */
  deactivate: string | undefined
}

export const ATTEMPT_ERROR_CODES = [
  'redirect',
  'client_error',
  'gone',
  'rate_limited',
  'server_error',
  'timeout',
  'connection_refused',
  'connection_reset',
  'unreachable',
  'dns_failure',
  'tls_failure',
  'invalid_response',
  'blocked_destination',
  'secret_unreadable',
  'not_sendable',
  'not_recordable',
  'internal_error',
  'network_error',
] as const

export type AttemptErrorCode = (typeof ATTEMPT_ERROR_CODES)[number]

export function classify(answer: Answer, now: number): Verdict {
  return answer.kind === 'failure' ? judgeFailure(answer.error, answer.phase) : judgeStatus(answer, now)
}

function failed(errorCode: AttemptErrorCode, errorMessage: string, diagnosis: string): Verdict {
  return { success: false, errorCode, errorMessage, diagnosis, retryAfter: undefined, deactivate: undefined }
}

/** The attempt could not even be made: the stored secret does not open, and unsigned is worse than late. */
export function judgeUnreadable(why: string): Verdict {
  return failed(
    'secret_unreadable',
    why,
    'An encryption key that is still in use was removed. Ask the operator to restore it, or set a new secret.',
  )
}

/** Whatever the endpoint does, this delivery would fail again: it is over. */
export function judgeUnsendable(why: string): Verdict {
  return failed('not_sendable', why, NOTHING_SENT)
}

/** A defect of ours. It counts as an attempt, or the delivery would be tried for ever. */
export function judgeDefect(error: unknown): Verdict {
  const message = `the request could not be built: ${messageOf(error)}`
  return failed('internal_error', message, 'This is a bug in ConnectGain Webhooks. Please report it.')
}

type ReceivedAnswer = Extract<Answer, { kind: 'response' }>

function judgeStatus({ statusCode, headers }: ReceivedAnswer, now: number): Verdict {
  if (statusCode >= 200 && statusCode < 300) {
    return {
      success: true,
      errorCode: null,
      errorMessage: null,
      diagnosis: null,
      retryAfter: undefined,
      deactivate: undefined,
    }
  }
  const message = `the endpoint returned ${statusCode}`
  const retryAfter = parseRetryAfter(headers['retry-after'], now)
  if (statusCode < 400) return failed('redirect', message, redirectDiagnosis(headers['location']))
  if (statusCode === 410) {
    return { ...failed('gone', message, GONE), deactivate: 'the endpoint returned 410 Gone' }
  }
  if (statusCode === 429) return { ...failed('rate_limited', message, RATE_LIMITED), retryAfter }
  if (statusCode < 500)
    return failed('client_error', message, CLIENT_ERRORS[statusCode] ?? OTHER_CLIENT_ERROR)
  return {
    ...failed('server_error', message, SERVER_ERROR),
    retryAfter: statusCode === 503 ? retryAfter : undefined,
  }
}

function redirectDiagnosis(location: string | undefined): string {
  const target = location === undefined ? 'another URL' : location.slice(0, 500)
  return `The endpoint redirects to ${target}. Redirects are not followed: set the webhook's URL to the final URL.`
}

const GONE =
  'Your endpoint reports that it no longer exists, so the webhook was disabled. Correct the URL, then enable the webhook.'
const RATE_LIMITED =
  'Your endpoint is rate limiting requests. The next attempt waits for the time in its Retry-After header.'
const SERVER_ERROR =
  'Your endpoint failed to process the request. Check its logs; the delivery is retried automatically.'
const OTHER_CLIENT_ERROR = 'Your endpoint rejected the request. Check the response body for the reason.'
const UNAUTHORIZED =
  'Your endpoint rejected the credentials. Check that it verifies the signature with the current secret over the raw body, and that any custom authorization header is correct.'

const CLIENT_ERRORS: Readonly<Record<number, string>> = {
  400: 'Your endpoint could not parse the request. Compare the request body with what it expects.',
  401: UNAUTHORIZED,
  403: UNAUTHORIZED,
  404: 'The host responds, but nothing exists at this path. Check the path in the URL.',
  405: 'This path does not accept POST requests. Check the path and the method of its route.',
  413: 'The request body is larger than your endpoint accepts. Raise the limit of the receiving server or proxy.',
  415: 'Your endpoint does not accept application/json. Check how it parses the body.',
}

interface CodedError extends Error {
  code?: string
  errors?: CodedError[]
}

function judgeFailure(error: CodedError, phase: Phase): Verdict {
  if (error instanceof BlockedDestination || error.cause instanceof BlockedDestination) {
    const blocked = error instanceof BlockedDestination ? error : (error.cause as BlockedDestination)
    return failed('blocked_destination', blocked.message, blocked instanceof UnusableUrl ? UNUSABLE : BLOCKED)
  }
  // Several addresses tried: the first failure stands for all.
  const code = error.code ?? error.errors?.[0]?.code ?? ''
  if (error instanceof Timeout || code === 'ETIMEDOUT') {
    const message = error instanceof Timeout ? error.message : `the connection timed out (${code})`
    return failed('timeout', message, TIMEOUTS[phase])
  }
  const errorCode =
    NETWORK_CODES[code] ??
    (isTlsCode(code) ? 'tls_failure' : undefined) ??
    (error instanceof InvalidAnswer ? 'invalid_response' : 'network_error')
  const told = (error.message || error.errors?.[0]?.message || code).trim()
  const diagnosis =
    errorCode === 'tls_failure' ? diagnoseTls(code, told) : (DIAGNOSES[errorCode] ?? OTHER_FAILURE)
  if (error instanceof InvalidAnswer) return failed(errorCode, told, diagnosis)
  return failed(errorCode, describeFailure(errorCode, code || error.name), diagnosis)
}

/** In our words: those of the runtime (`getaddrinfo ENOTFOUND …`) mean nothing to most. Its code is what can be searched for. */
function describeFailure(errorCode: AttemptErrorCode, code: string): string {
  return `${HAPPENED[errorCode] ?? 'the connection failed'} (${code.slice(0, 100)})`
}

const HAPPENED: Readonly<Partial<Record<AttemptErrorCode, string>>> = {
  connection_refused: 'the connection was refused',
  connection_reset: 'the connection was closed before the response',
  unreachable: 'the host is unreachable',
  dns_failure: 'the host name does not resolve',
  tls_failure: 'the TLS connection failed',
  invalid_response: 'the response is not valid HTTP',
}

const UNUSABLE =
  "This URL is not allowed. Correct the webhook's URL. For http:// in development, ask the operator to set ALLOW_HTTP_URLS."
const BLOCKED =
  'Requests to private or reserved addresses are blocked. Use a public address, or ask the operator to set EGRESS_ALLOW.'
const OTHER_FAILURE = 'The connection failed. Check that the endpoint is reachable from outside your network.'

const TIMEOUTS: Readonly<Record<Phase, string>> = {
  connecting: 'The connection timed out. Check the address, and check that no firewall drops the connection.',
  waiting:
    'Your endpoint accepted the request but did not respond in time. Return 200 first, then process the event.',
  reading: 'Your endpoint started to respond but did not finish in time. Send a short response and end it.',
}

const NETWORK_CODES: Readonly<Record<string, AttemptErrorCode>> = {
  ECONNREFUSED: 'connection_refused',
  ECONNRESET: 'connection_reset',
  EPIPE: 'connection_reset',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  ENOTFOUND: 'dns_failure',
  EAI_AGAIN: 'dns_failure',
  ENODATA: 'dns_failure',
  ESERVFAIL: 'dns_failure',
  EREFUSED: 'dns_failure',
  ETIMEOUT: 'dns_failure',
  EPROTO: 'tls_failure',
}

function isTlsCode(code: string): boolean {
  return /^(ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO)/.test(code)
}

const DIAGNOSES: Readonly<Partial<Record<AttemptErrorCode, string>>> = {
  connection_refused:
    'The connection was refused. Check that your server is running and that the port in the URL is correct.',
  connection_reset:
    'The connection was closed before a response arrived. Check the logs of your server and of any proxy in front of it.',
  unreachable: 'The host is unreachable. Check the address and your network routing.',
  dns_failure: 'The host name does not resolve. Check its spelling and DNS records.',
  invalid_response:
    'The response is not valid HTTP. Check that the port in the URL serves HTTP, or HTTPS for an https:// URL.',
}
