import { quoteIdentifier } from '../../database/identifiers.ts'
import type { Operation, TriggerSql } from '../captured-table.ts'
import { OPERATIONS, functionName, relationName, writeTrigger } from '../captured-table.ts'
import type { CaptureSql } from '../capture-sql.ts'
import { qualifiedName } from '../crm-tables.ts'
import { findTable, requireColumn } from './find-names.ts'
import type { Organizations } from './map-schema.ts'
import type { Resolving } from './resolving.ts'

/** The CRM's table of tenants, whose rows `webhooks_internal.tenants` follows. */
export interface TenantTable {
  schema: string
  name: string
  id: string
  label: string | undefined
  /** Whether tenants have a UUID of their own already. */
  hasUuid: boolean
}

/** Names the capture of tenants among all captures. */
export const TENANTS = 'organizations'

export function resolveTenantTable(
  { table: name, id, name: label }: Extract<Organizations, { table: string }>,
  resolving: Resolving,
): TenantTable | undefined {
  const { problems } = resolving
  const table = findTable(name, 'organizations.table', resolving)
  if (table === undefined) return undefined
  const key = requireColumn(table, id, 'organizations.id', problems)
  if (label !== undefined) requireColumn(table, label, 'organizations.name', problems)
  if (!table.keys.some((columns) => columns.length === 1 && columns[0] === id))
    problems.push(`organizations.id: ${qualifiedName(table)}.${id} is not unique and not null`)
  if (!'rp'.includes(table.kind)) problems.push(`organizations.table: ${qualifiedName(table)} is not a table`)
  if (!table.canTrigger) {
    problems.push(
      `organizations.table: this role may not create triggers on ${qualifiedName(table)}: grant trigger on ${relationName(table)} to <role>, and usage on its schema`,
    )
  }
  const read = [id, ...(label === undefined ? [] : [label])]
  if (table.isHidden || table.columns.some((column) => read.includes(column.name) && !column.canSelect)) {
    problems.push(
      `organizations.table: this role may not read ${qualifiedName(table)}: grant select (${read.map(quoteIdentifier).join(', ')}) on ${relationName(table)} to <role>${table.isHidden ? ', and create a policy for select to <role> using (true)' : ''}`,
    )
  }
  if (key === undefined) return undefined
  return { schema: table.schema, name: table.name, id, label, hasUuid: key.type === 'uuid' }
}

const SETTINGS = `set search_path = pg_catalog\nset lock_timeout = '1s'`

/** The id, key and name of the tenant in a row. */
export function tenantSql({ id, label, hasUuid }: TenantTable, alias: string): string {
  const key = `${alias}.${quoteIdentifier(id)}`
  const uuid = hasUuid ? key : `webhooks_internal.tenant_id(${key}::text)`
  const name = label === undefined ? 'null' : `left(${alias}.${quoteIdentifier(label)}::text, 500)`
  return `${uuid}, ${key}::text, ${name}`
}

/** Stores the tenants that are in the table now. */
export function writeTenantSync(table: TenantTable): string {
  return `select webhooks_internal.keep_tenants(array_agg(t.id), array_agg(t.key), array_agg(t.name))
from (select ${tenantSql(table, 't')} from ${relationName(table)} as t) as t (id, key, name)`
}

/** Stores the tenants that are not stored yet. */
export function writeMissingTenants(table: TenantTable): string {
  return `${writeTenantSync(table)} where not exists (select from webhooks_internal.tenants k where k.id = t.id)`
}

/**
 * Writes the triggers that follow the table. A fault never reaches the CRM's statement; the watch catches up within a
 * minute.
 */
export function writeTenantCapture(table: TenantTable): CaptureSql {
  const keep = `perform webhooks_internal.keep_tenants(array_agg(t.id), array_agg(t.key), array_agg(t.name))
  from (select ${tenantSql(table, 'n')} from new_rows as n) as t (id, key, name);`
  const drop = `perform webhooks_internal.drop_tenants(array_agg(t.id))
  from (select ${tenantSql(table, 'o')} from old_rows as o) as t (id, key, name);`
  const trigger = (operation: Operation): TriggerSql =>
    writeTrigger(
      { ...table, id: TENANTS },
      operation,
      operation === 'delete' ? 'old table as old_rows' : 'new table as new_rows',
    )
  return {
    functions: OPERATIONS.map((operation) => writeFunction(operation, operation === 'delete' ? drop : keep)),
    triggers: OPERATIONS.map(trigger),
  }
}

function writeFunction(operation: Operation, body: string): string {
  const name = functionName(TENANTS, operation)
  return `create or replace function webhooks_internal.${name}() returns trigger
language plpgsql security definer
${SETTINGS}
as $capture$
begin
  ${body}
  return null;
exception
  when disk_full or out_of_memory then
    raise;
  when others or assert_failure then
    raise log 'webhooks: a tenant could not be followed: % (%)', sqlerrm, sqlstate;
    return null;
end
$capture$;
revoke execute on function webhooks_internal.${name} from public;`
}
