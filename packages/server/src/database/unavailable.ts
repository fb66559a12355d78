import { isDatabaseError } from './database.ts'

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
  /^(?:timeout exceeded when trying to connect|timeout expired|Query read timeout|Connection terminated|Client has encountered a connection error|Client was closed|Cannot use a pool after calling end|The server does not support SSL|SASL|SCRAM|Received unexpected|the embedded database (?:broke off|has ended))/

/** What a pooler between us and the database says under a code that does not tell. */
const POOLER =
  /max(?:imum)? client(?: connection)?s|max_client_conn|no more connections allowed|query_wait_timeout|server_login_retry|server login|cannot connect to server|server conn crashed|pgbouncer|pooler|shutting down|client_idle_timeout/i

/** Of a standby, which takes over or is taken for the primary. */
const RECOVERY = /during recovery/

/**
 * Connections, read-only sessions and standbys, deadlocks, memory, disk and connections used up, the server starting or
 * stopping, its files.
 */
const PASSES = /^(?:08|25|40|53(?!400)|57P0[1235]|58)/

/** Whether the database could not be asked at all. */
export function isUnreachable(thrown: unknown): boolean {
  if (!(thrown instanceof Error) || isDatabaseError(thrown)) return false
  if (thrown instanceof AggregateError) return thrown.errors.length > 0 && thrown.errors.every(isUnreachable)
  return UNREACHABLE.has((thrown as { code?: string }).code ?? '') || LOST.test(thrown.message)
}

/** Whether a SQLSTATE with this message says that the database, or what is before it, cannot serve anybody just now. */
export function saysUnavailable({ code, message }: { code: string; message: string }): boolean {
  if (PASSES.test(code)) return true
  return (code.startsWith('XX') && POOLER.test(message)) || (code.startsWith('0A') && RECOVERY.test(message))
}

/** Whether the same may work later, without anybody changing a setting. */
export function isUnavailable(thrown: unknown): boolean {
  return isUnreachable(thrown) || (isDatabaseError(thrown) && saysUnavailable(thrown))
}
