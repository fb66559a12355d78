/** The database roles that requests run as; the migrations grant what each may read and write. */
export const ROLES = ['webhooks_service', 'webhooks_api', 'webhooks_read', 'webhooks_emit'] as const
export type Role = (typeof ROLES)[number]

/** What a key of an organization may do: everything, only read, or only emit events. */
export const SCOPES = ['admin', 'read', 'emit'] as const
export type Scope = (typeof SCOPES)[number]

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
}
