import { phrase } from '../domain/messages/phrase.ts'
import type { AttemptErrorCode } from '../domain/attempt-errors.ts'
import { diagnosisOf, headlineOf } from '../domain/attempt-errors.ts'
import { messageOf } from '../domain/errors.ts'
import { parseRetryAfter } from '../domain/retry-after.ts'
import { findFailure } from './failures.ts'
import { BlockedDestination } from './network-guard.ts'
import { BrokenOff, InvalidResponse } from './invalid-response.ts'
import type { Answer } from './answer.ts'
import { Timeout } from './exchange.ts'
import { Http2Failure } from './http2-failure.ts'
import { TokenFailure } from './token-failure.ts'
import type { Failure, Symptom } from './symptom.ts'

/** What an answer means for the delivery, and what it says to people. */
export interface Classification {
  success: boolean
  /** Null for success. */
  errorCode: AttemptErrorCode | null
  errorMessage: string | null
  /** What happened, the likely cause and the next step, in words. */
  diagnosis: string | null
  /** Milliseconds that the receiver asked to be left alone. */
  retryAfter: number | undefined
  /** Why the webhook is disabled, if it is. */
  deactivate: string | undefined
}

const SUCCESS: Classification = {
  success: true,
  errorCode: null,
  errorMessage: null,
  diagnosis: null,
  retryAfter: undefined,
  deactivate: undefined,
}

export function classify(answer: Answer, now: number): Classification {
  if (answer.kind === 'failure') return judge(toSymptom(answer), retryAfterOf(answer.error))
  if (answer.statusCode >= 200 && answer.statusCode < 300) return SUCCESS
  return judge(answer, parseRetryAfter(answer.headers['retry-after'], now))
}

/** A token server may ask for time as well. */
function retryAfterOf(error: Error): number | undefined {
  return error instanceof TokenFailure ? error.retryAfter : undefined
}

function judge(symptom: Symptom, retryAfter: number | undefined): Classification {
  const failure = findFailure(symptom)
  const { code, diagnosis = diagnosisOf(code), waits, disables } = failure
  const said = typeof diagnosis === 'string' ? diagnosis : diagnosis(symptom)
  return {
    ...failed(code, describe(symptom, failure), said + nameCode(symptom)),
    retryAfter: waits ? retryAfter : undefined,
    deactivate: disables ? phrase('delivery.gone') : undefined,
  }
}

function failed(
  errorCode: AttemptErrorCode,
  errorMessage: string,
  diagnosis: string = diagnosisOf(errorCode),
): Classification {
  return { success: false, errorCode, errorMessage, diagnosis, retryAfter: undefined, deactivate: undefined }
}

/** The attempt could not even be made: the stored secret does not open, and unsigned is worse than late. */
export function judgeUnreadable(why: string): Classification {
  return failed('secret_unreadable', why)
}

/** Whatever the endpoint does, this delivery would fail again: it is over. */
export function judgeUnsendable(why: string, code: AttemptErrorCode = 'not_sendable'): Classification {
  return failed(code, why)
}

/** A defect of ours. It counts as an attempt, or the delivery would be tried for ever. */
export function judgeDefect(error: unknown): Classification {
  return failed('internal_error', phrase('own.notBuilt', { problem: messageOf(error) }))
}

type FailedAnswer = Extract<Answer, { kind: 'failure' }>

interface CodedError extends Error {
  code?: string
  errors?: CodedError[]
}

function toSymptom({ error, phase, partial }: FailedAnswer): Symptom {
  const [cause, errorCode] = findCause(error)
  return { kind: 'failure', error: cause, errorCode, phase, statusCode: partial?.statusCode }
}

function findCause(error: CodedError): [error: Error, code: string] {
  if (error.cause instanceof BlockedDestination) return findCause(error.cause)
  // Several addresses were tried: the first failure stands for all.
  const first = error.errors?.[0] ?? error
  return [first, first.code ?? error.code ?? '']
}

const OURS = [BlockedDestination, Timeout, InvalidResponse, BrokenOff, Http2Failure, TokenFailure]

/** In our words: those of the runtime (`getaddrinfo ENOTFOUND …`) mean nothing to most. */
function describe(symptom: Symptom, { code, headline }: Failure): string {
  if (symptom.kind === 'response') return phrase('response.status', { status: symptom.statusCode })
  const { error, statusCode } = symptom
  const isOurs = OURS.some((type) => error instanceof type)
  const happened = isOurs ? error.message : (headline ?? headlineOf(code))
  return statusCode === undefined
    ? happened
    : phrase('response.statusBut', { status: statusCode, problem: happened })
}

/** The runtime's code can be searched for. */
function nameCode(symptom: Symptom): string {
  if (symptom.kind === 'response' || OURS.some((type) => symptom.error instanceof type)) return ''
  const code = symptom.errorCode || symptom.error.name
  return ` (${code.slice(0, 100)})`
}
