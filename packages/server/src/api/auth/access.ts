import { ApiError } from '../../domain/errors.ts'
import type { Principal, Role } from '../../domain/principal.ts'

/** The scope of an organization's key: everything, only reading, or only emitting events. */
export const SCOPES = ['admin', 'read', 'emit'] as const
export type Scope = (typeof SCOPES)[number]

/**
 * The kind of a function. `read` functions change and send nothing, and need the right to read; `operator` functions
 * concern the whole installation, and need the service key.
 */
export type FunctionAccess = 'read' | 'change' | 'operator'

const ROLE_OF: Readonly<Record<Scope, Role>> = {
  admin: 'webhooks_api',
  read: 'webhooks_read',
  emit: 'webhooks_emit',
}

/** Returns the principal of a key or token with this scope. */
export function principalFor(organizationId: string, scope: Scope): Principal {
  return { role: ROLE_OF[scope], organizationId }
}

const WRITES = new Set(['POST', 'PATCH', 'DELETE'])

/**
 * Refuses requests outside of the scope, with an error that names the scope. The grants of the database roles enforce
 * the same, with one exception: the emit role can read event ids, which it needs to recognize repeated events.
 * @throws ApiError 403
 */
export function requireTableAccess({ role }: Principal, method: string, table: string): void {
  const isWrite = WRITES.has(method)
  if (role === 'webhooks_read' && isWrite) throw refuse('read', `${method} of ${table}`, 'It reads only.')
  if (role !== 'webhooks_emit') return
  const isCovered = isWrite
    ? method === 'POST' && table === 'webhook_events'
    : table === 'webhook_event_types'
  if (!isCovered) {
    throw refuse(
      'emit',
      `${method} of ${table}`,
      'It inserts into webhook_events and reads webhook_event_types.',
    )
  }
}

/**
 * Refuses changes of API keys in a session opened by a one-time link, because a new key would outlive the session.
 * @throws ApiError 403
 */
export function refuseKeysInLinkSession(isOfLink: boolean, method: string, table: string): void {
  if (!isOfLink || table !== 'api_keys' || !WRITES.has(method)) return
  throw new ApiError(
    403,
    '42501',
    `a session that was opened by a link does not cover ${method} of api_keys`,
    {
      hint: 'Sign in with a key whose scope is admin.',
    },
  )
}

/** @throws ApiError 403 */
export function requireFunctionAccess({ role }: Principal, name: string, access: FunctionAccess): void {
  if (access === 'operator' && role !== 'webhooks_service') {
    throw new ApiError(403, '42501', `rpc/${name} is for the service key`, {
      hint: 'It is about the whole installation, not about one organization. Ask its operator.',
    })
  }
  if (role === 'webhooks_emit') throw refuse('emit', `rpc/${name}`, 'It inserts into webhook_events only.')
  if (role === 'webhooks_read' && access === 'change') {
    throw refuse('read', `rpc/${name}`, 'It calls functions that change and send nothing.')
  }
}

function refuse(scope: Scope, what: string, covered: string): ApiError {
  return new ApiError(403, '42501', `scope ${scope} does not cover ${what}`, {
    hint: `${covered} A key with scope admin may do everything in its organization.`,
  })
}
