/** The database roles that requests run as; what each may see and do is granted in the migrations. */
export type Role = 'webhooks_service' | 'webhooks_api'

/** Whom a request acts for. `organizationId` is null for the operator, who sees every organization. */
export interface Principal {
  role: Role
  organizationId: string | null
}
