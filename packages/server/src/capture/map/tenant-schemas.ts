import type { CrmTable } from '../crm-tables.ts'
import type { Organizations } from './map-schema.ts'

/** Lists the schemas that the map calls tenants. Only schemas with tables count. */
export function listTenantSchemas(
  organizations: Organizations | undefined,
  all: readonly Pick<CrmTable, 'schema'>[],
): string[] {
  if (organizations === undefined || !('schemas' in organizations)) return []
  const parts = organizations.schemas.split('*').map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  const pattern = new RegExp(`^${parts.join('.*')}$`, 'u')
  return [...new Set(all.map(({ schema }) => schema))].filter((schema) => pattern.test(schema)).sort()
}
