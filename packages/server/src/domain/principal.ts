/** The database roles that requests run as; what each may see and do is granted in the migrations. */
export const ROLES = ['webhooks_service', 'webhooks_api', 'webhooks_read', 'webhooks_emit'] as const
export type Role = (typeof ROLES)[number]

/** Who makes a change, as the audit log has it. */
export interface Actor {
  kind: 'service_key' | 'api_key' | 'jwt' | 'session'
  /** Of the key or session; a token's subject. Null: there is one service key, and a session that is yet to be opened. */
  id: string | null
  /** The key's name and hint, or what opened the session. */
  name: string | null
  /** Where the request came from. */
  address?: string
  user_agent?: string
}

/** Whom a request acts for. `organizationId` is null for the operator, who sees every organization. */
export interface Principal {
  role: Role
  organizationId: string | null
  /** What its changes come from, for webhooks that ignore that; undefined or null: nothing is said of it. */
  origin?: string | null
  /** The trace that the request belongs to; undefined or null: none. */
  traceparent?: string | null
  /** Undefined where nothing is changed that is audited. */
  actor?: Actor
}
