/** The database roles that requests run as; what each may see and do is granted in the migrations. */
export const ROLES = ['webhooks_service', 'webhooks_api', 'webhooks_read', 'webhooks_emit'] as const
export type Role = (typeof ROLES)[number]

/** Whom a request acts for. `organizationId` is null for the operator, who sees every organization. */
export interface Principal {
  role: Role
  organizationId: string | null
  /** What its changes come from, for webhooks that ignore that; undefined or null: nothing is said of it. */
  origin?: string | null
}
