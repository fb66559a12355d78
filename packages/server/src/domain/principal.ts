/** The scopes of organizations' keys and tokens. What each covers: hint.scope in the catalog. */
export const SCOPES = ['admin', 'read', 'emit'] as const
export type Scope = (typeof SCOPES)[number]

/** The database roles that requests run as. Their grants, in the migrations, enforce what a scope covers. */
const ROLE_OF = {
  service: 'webhooks_service',
  admin: 'webhooks_api',
  read: 'webhooks_read',
  emit: 'webhooks_emit',
} as const satisfies Readonly<Record<Scope | 'service', string>>

export type Role = (typeof ROLE_OF)[keyof typeof ROLE_OF]
export const ROLES: readonly Role[] = Object.values(ROLE_OF)

/** Returns the scope that a role stands for; `service` for the service key. */
export function scopeOf(role: Role): Scope | 'service' {
  return (Object.keys(ROLE_OF) as (Scope | 'service')[]).find((scope) => ROLE_OF[scope] === role)!
}

/** Who makes a change, for the audit log. */
export interface Actor {
  kind: 'service_key' | 'api_key' | 'jwt' | 'session'
  /** The id of the key or session, or a token's subject; null for the service key and before a session is opened. */
  id: string | null
  /** The key's name and hint, or the credential that opened the session. */
  name: string | null
  /** The client's address. */
  address?: string
  user_agent?: string
}

/** Who a request acts for. `organizationId` is null for the operator, who sees every organization. */
export interface Principal {
  role: Role
  organizationId: string | null
  /** The origin of the changes, which webhooks can ignore; undefined or null: none was given. */
  origin?: string | null
  /** The trace of the request; undefined or null: none. */
  traceparent?: string | null
  /** Undefined when the request changes nothing that is audited. */
  actor?: Actor
  /** Identifies the credential of a call with an `Idempotency-Key`; undefined for other calls. */
  credentialId?: string
}

/** The holder of the service key, who may act for every organization. */
export const OPERATOR: Principal = { role: ROLE_OF.service, organizationId: null }

/** Returns the principal of a key or token with this scope. */
export function principalFor(organizationId: string, scope: Scope): Principal {
  return { role: ROLE_OF[scope], organizationId }
}
