import type { Said } from '../domain/messages/phrase.ts'
import type { AttemptErrorCode } from '../domain/attempt-errors.ts'
import type { Phase } from './answer.ts'

/** How an attempt ended without success: with a response, or with an error. */
export type Symptom = FailedResponse | FailedConnection

interface FailedResponse {
  kind: 'response'
  statusCode: number
  headers: Readonly<Record<string, string>>
  body: string
}

interface FailedConnection {
  kind: 'failure'
  error: Error
  /** Node's or OpenSSL's name for it, such as ECONNREFUSED or CERT_HAS_EXPIRED; '' where it has none. */
  errorCode: string
  phase: Phase
  /** The status, if that was read before the failure. */
  statusCode: number | undefined
}

/** A kind of failure that can be told apart from others. */
export interface Failure {
  matches: (symptom: Symptom) => boolean
  code: AttemptErrorCode
  /** What happened, without a full stop. Left out: our error's message, or the cause that belongs to the code. */
  headline?: Said
  /** Left out: the code's own, from domain/attempt-errors.ts. */
  diagnosis?: Said | ((symptom: Symptom) => Said)
  /** The next attempt waits as long as `Retry-After` says. */
  waits?: true
  /** The webhook is disabled. */
  disables?: true
}

export function status(from: number, to = from): Failure['matches'] {
  return (symptom) => symptom.kind === 'response' && symptom.statusCode >= from && symptom.statusCode <= to
}

export function hasCode(...codes: string[]): Failure['matches'] {
  return (symptom) => symptom.kind === 'failure' && codes.includes(symptom.errorCode)
}

export function isError(type: new (...args: never[]) => Error): Failure['matches'] {
  return (symptom) => symptom.kind === 'failure' && symptom.error instanceof type
}

export function during(phase: Phase, matches: Failure['matches']): Failure['matches'] {
  return (symptom) => symptom.kind === 'failure' && symptom.phase === phase && matches(symptom)
}
