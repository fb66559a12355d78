import { isDatabaseError } from '../../db/database.ts'

/**
 * SQLSTATEs that say that the request is at fault, by state or by class, with the status that PostgREST gives them. Whoever does not retry
 * what was refused with 4xx loses it: whatever is not listed here counts as ours, and is 503.
 */
const CALLERS_FAULT: Readonly<Record<string, number>> = {
  '23503': 409,
  '23505': 409,
  '42501': 403,
  '42P01': 404,
  '42883': 404,
  '53400': 409,
  /** Not supported, cardinality, values, constraints. */
  '0A': 400,
  21: 400,
  22: 400,
  23: 400,
  /** Raised by functions and triggers, the CRM's own included. */
  '2F': 400,
  38: 400,
  39: 400,
  P0: 400,
  PT: 400,
  /** Names, types, syntax; a view's check option; more than the database can take in one row or statement. */
  42: 400,
  44: 400,
  54: 400,
}

/** Neither the caller's fault nor such that it passes: a statement that took too long, and defects. */
const FAILED: Readonly<Record<string, number>> = { '57014': 500, XX: 500 }

/** What a pooler between us and the database says under a code that does not tell. */
const POOLER =
  /max(?:imum)? client(?: connection)?s|max_client_conn|no more connections allowed|query_wait_timeout|server_login_retry|server login|cannot connect to server|server conn crashed|pgbouncer|pooler|shutting down|client_idle_timeout/i

/** Of a standby, which takes over or is taken for the primary. */
const RECOVERY = /during recovery/

/** What goes wrong on the way to the database, before it can answer with a SQLSTATE. */
const UNREACHABLE = new Set([
  'EADDRNOTAVAIL',
  'EAI_AGAIN',
  'ECONNABORTED',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTDOWN',
  'EHOSTUNREACH',
  'EMFILE',
  'ENETDOWN',
  'ENETUNREACH',
  'ENOENT',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
])

/** The same as the driver says it without a code: no connection came free in time, one broke off, or none can be had. */
const LOST =
  /^(?:timeout exceeded when trying to connect|timeout expired|Query read timeout|Connection terminated|Client has encountered a connection error|Client was closed|Cannot use a pool after calling end|The server does not support SSL|SASL|SCRAM|Received unexpected)/

export function statusOfState({ code, message }: { code: string; message: string }): number {
  if (code.startsWith('XX') && POOLER.test(message)) return 503
  if (code.startsWith('0A') && RECOVERY.test(message)) return 503
  const stateClass = code.slice(0, 2)
  return CALLERS_FAULT[code] ?? FAILED[code] ?? CALLERS_FAULT[stateClass] ?? FAILED[stateClass] ?? 503
}

export function isUnreachable(thrown: unknown): boolean {
  if (!(thrown instanceof Error) || isDatabaseError(thrown)) return false
  if (thrown instanceof AggregateError) return thrown.errors.length > 0 && thrown.errors.every(isUnreachable)
  return UNREACHABLE.has((thrown as { code?: string }).code ?? '') || LOST.test(thrown.message)
}
