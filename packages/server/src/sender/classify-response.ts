import type { AttemptErrorCode } from '../domain/attempt-errors.ts'
import { ATTEMPT_ERRORS, diagnosisOf } from '../domain/attempt-errors.ts'
import { messageOf } from '../domain/errors.ts'
import { parseRetryAfter } from '../domain/retry-after.ts'
import type { Symptom } from './failures.ts'
import { findFailure } from './failures.ts'
import { BlockedDestination } from './network-guard.ts'
import { InvalidResponse } from './invalid-response.ts'
import type { Answer, Phase } from './answer.ts'
import { Timeout } from './exchange.ts'

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
  if (answer.kind === 'failure') return judge(toSymptom(answer.error, answer.phase), undefined)
  if (answer.statusCode >= 200 && answer.statusCode < 300) return SUCCESS
  return judge(answer, parseRetryAfter(answer.headers['retry-after'], now))
}

function judge(symptom: Symptom, retryAfter: number | undefined): Classification {
  const { code, diagnosis = diagnosisOf(code), waits, disables } = findFailure(symptom)
  const said = typeof diagnosis === 'string' ? diagnosis : diagnosis(symptom)
  return {
    ...failed(code, describe(symptom, code), said),
    retryAfter: waits ? retryAfter : undefined,
    deactivate: disables ? 'the endpoint returned 410 Gone' : undefined,
  }
}

function failed(
  errorCode: AttemptErrorCode,
  errorMessage: string,
  diagnosis = diagnosisOf(errorCode),
): Classification {
  return { success: false, errorCode, errorMessage, diagnosis, retryAfter: undefined, deactivate: undefined }
}

/** The attempt could not even be made: the stored secret does not open, and unsigned is worse than late. */
export function judgeUnreadable(why: string): Classification {
  return failed('secret_unreadable', why)
}

/** Whatever the endpoint does, this delivery would fail again: it is over. */
export function judgeUnsendable(why: string): Classification {
  return failed('not_sendable', why)
}

/** A defect of ours. It counts as an attempt, or the delivery would be tried for ever. */
export function judgeDefect(error: unknown): Classification {
  return failed('internal_error', `the request could not be built: ${messageOf(error)}`)
}

interface CodedError extends Error {
  code?: string
  errors?: CodedError[]
}

function toSymptom(error: CodedError, phase: Phase): Symptom {
  if (error.cause instanceof BlockedDestination) return toSymptom(error.cause, phase)
  // Several addresses were tried: the first failure stands for all.
  const first = error.errors?.[0] ?? error
  return { kind: 'failure', error: first, errorCode: first.code ?? error.code ?? '', phase }
}

const OURS = [BlockedDestination, Timeout, InvalidResponse]

/** In our words: those of the runtime (`getaddrinfo ENOTFOUND …`) mean nothing to most. Its code is what can be searched for. */
function describe(symptom: Symptom, code: AttemptErrorCode): string {
  if (symptom.kind === 'response') return `the endpoint returned ${symptom.statusCode}`
  const { error, errorCode } = symptom
  if (OURS.some((type) => error instanceof type)) return error.message
  const happened = code === 'timeout' ? 'The connection timed out.' : ATTEMPT_ERRORS[code].cause
  const short = happened.charAt(0).toLowerCase() + happened.slice(1).replace(/\.$/, '')
  return `${short} (${(errorCode || error.name).slice(0, 100)})`
}
