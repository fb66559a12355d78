import { isDatabaseError } from './database.ts'

/** Error codes of connections that fail before the database can respond with a SQLSTATE. */
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

/** Driver errors without a code: no connection came free in time, one broke off, or none can be opened. */
const LOST_CONNECTION =
  /^(?:timeout exceeded when trying to connect|timeout expired|Query read timeout|Connection terminated|Client has encountered a connection error|Client was closed|Cannot use a pool after calling end|The server does not support SSL|SASL|SCRAM|Received unexpected|the embedded database (?:broke off|has ended))/

/** Messages of connection poolers whose SQLSTATE does not tell the cause. */
const POOLER_FAILURE =
  /max(?:imum)? client(?: connection)?s|max_client_conn|no more connections allowed|query_wait_timeout|server_login_retry|server login|cannot connect to server|server conn crashed|pgbouncer|pooler|shutting down|client_idle_timeout/i

/** A standby, during a failover or used in place of the primary. */
const STANDBY = /during recovery/

/**
 * SQLSTATEs of connections, read-only sessions and standbys, deadlocks, exhausted memory, disk or connections, a server
 * that starts or stops, and its files.
 */
const TRANSIENT_STATES = /^(?:08|25|40|53(?!400)|57P0[1235]|58)/

/** Tests if the database could not be reached. */
export function isUnreachable(thrown: unknown): boolean {
  if (!(thrown instanceof Error) || isDatabaseError(thrown)) return false
  if (thrown instanceof AggregateError) return thrown.errors.length > 0 && thrown.errors.every(isUnreachable)
  return UNREACHABLE.has((thrown as { code?: string }).code ?? '') || LOST_CONNECTION.test(thrown.message)
}

/**
 * Tests if this SQLSTATE and message mean that the database, or a pooler in front of it, is temporarily unavailable.
 */
export function saysUnavailable({ code, message }: { code: string; message: string }): boolean {
  if (TRANSIENT_STATES.test(code)) return true
  return (
    (code.startsWith('XX') && POOLER_FAILURE.test(message)) ||
    (code.startsWith('0A') && STANDBY.test(message))
  )
}

/** Tests if a retry may succeed without a change of settings. */
export function isUnavailable(thrown: unknown): boolean {
  return isUnreachable(thrown) || (isDatabaseError(thrown) && saysUnavailable(thrown))
}
