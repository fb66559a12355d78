import { CONNECTION_FAILURES, OTHER_FAILURES } from './connection-failures.ts'
import { RESPONSE_FAILURES } from './response-failures.ts'
import type { Failure, Symptom } from './symptom.ts'
import { TLS_FAILURES } from './tls-failures.ts'

/** All failures that we can tell apart: to explain another one, add a row to its part. The first row that matches counts. */
const FAILURES: readonly Failure[] = [
  ...RESPONSE_FAILURES,
  ...CONNECTION_FAILURES,
  ...TLS_FAILURES,
  ...OTHER_FAILURES,
]

export function findFailure(symptom: Symptom): Failure {
  return FAILURES.find(({ matches }) => matches(symptom))!
}
