import { saysUnavailable } from '../../database/unavailable.ts'
import { API_ERRORS } from '../../domain/api-errors.ts'

/** States that the database raises and that have a status of their own. */
const LISTED = ['23503', '23505', '42501', '42P01', '42883', '53400'] as const

/**
 * SQLSTATEs caused by the request, by state or by class, with PostgREST's status. A client that does not retry 4xx
 * responses loses the request, so unlisted states count as our failure and give 503.
 */
const CALLERS_FAULT: Readonly<Record<string, number>> = {
  ...Object.fromEntries(LISTED.map((code) => [code, API_ERRORS[code].statuses[0]])),
  /** Not supported, cardinality, values, constraints. */
  '0A': 400,
  21: 400,
  22: 400,
  23: 400,
  /** Raised by functions and triggers, including the CRM's own. */
  '2F': 400,
  38: 400,
  39: 400,
  P0: 400,
  PT: 400,
  /** Names, types, syntax; a view's check option; program limits for rows and statements. */
  42: 400,
  44: 400,
  54: 400,
}

/** Not caused by the request, and not worth a retry: statement timeouts, and bugs. */
const FAILED: Readonly<Record<string, number>> = { '57014': 500, XX: 500 }

export function statusOfState({ code, message }: { code: string; message: string }): number {
  if (saysUnavailable({ code, message })) return 503
  const stateClass = code.slice(0, 2)
  return CALLERS_FAULT[code] ?? FAILED[code] ?? CALLERS_FAULT[stateClass] ?? FAILED[stateClass] ?? 503
}
