import { phrase } from '../../domain/messages/phrase.ts'
import { ApiError } from '../../domain/errors.ts'
import type { Principal } from '../../domain/principal.ts'
import { scopeOf } from '../../domain/principal.ts'

/**
 * The kind of a function. `read` functions change and send nothing, and need the right to read; `operator` functions
 * concern the whole installation, and need the service key.
 */
export type FunctionAccess = 'read' | 'change' | 'operator'

const WRITES = new Set(['POST', 'PATCH', 'PUT', 'DELETE'])

/**
 * Refuses requests outside of the scope, with an error that names the scope. The grants of the database roles enforce
 * the same, with one exception: the emit role can read event ids, which it needs to recognize repeated events.
 * @throws ApiError 403
 */
export function requireTableAccess({ role }: Principal, method: string, table: string): void {
  const isWrite = WRITES.has(method)
  const scope = scopeOf(role)
  if (scope === 'read' && isWrite) throw refuse(scope, `${method} of ${table}`)
  if (scope !== 'emit') return
  const isCovered = isWrite
    ? method === 'POST' && table === 'webhook_events'
    : table === 'webhook_event_types'
  if (!isCovered) throw refuse(scope, `${method} of ${table}`)
}

/**
 * Refuses changes of API keys in a session opened by a one-time link, because a new key would outlive the session.
 * @throws ApiError 403
 */
export function refuseKeysInLinkSession(isOfLink: boolean, method: string, table: string): void {
  if (!isOfLink || table !== 'api_keys' || !WRITES.has(method)) return
  throw new ApiError(403, '42501', phrase('error.noLink', { method }), {
    hint: phrase('hint.adminKey'),
  })
}

/** @throws ApiError 403 */
export function requireFunctionAccess({ role }: Principal, name: string, access: FunctionAccess): void {
  const scope = scopeOf(role)
  if (access === 'operator' && scope !== 'service') {
    throw new ApiError(403, '42501', phrase('error.serviceKey', { name }), {
      hint: phrase('hint.wholeInstallation'),
    })
  }
  if (scope === 'emit' || (scope === 'read' && access === 'change')) throw refuse(scope, `rpc/${name}`)
}

function refuse(scope: 'read' | 'emit', what: string): ApiError {
  return new ApiError(403, '42501', phrase('error.scope', { scope, what }), {
    hint: phrase(`hint.scope.${scope}`),
  })
}
