import { textArray } from '../../database/array-literal.ts'
import type { Connection } from '../../database/database.ts'
import { relationName } from '../captured-table.ts'
import type { MappedTable, ResolvedMap } from '../map/resolve-map.ts'
import { tenantSql } from '../map/tenant-table.ts'
import { undo } from './rehearse.ts'

const STATEMENT_TIMEOUT_MS = 3_000
const MAX_TENANTS = 10_000
const MAX_NAMED = 10

interface Tenant {
  id: string
  key: string
}

/** Lists tenants without a row in any table of the map; none if the tables are too large to tell. */
export async function checkTenants(connection: Connection, resolved: ResolvedMap): Promise<string[]> {
  const asked = await bounded(connection, async () => {
    const tenants = await readTenants(connection, resolved)
    if (tenants.length === 0 || tenants.length > MAX_TENANTS) return []
    const found = new Set<string>()
    for (const table of resolved.tables)
      for (const id of await readOrganizations(connection, table)) found.add(id)
    return tenants.filter(({ id }) => !found.has(id))
  })
  if (asked === undefined || asked.length === 0) return []
  const named = asked.slice(0, MAX_NAMED).map(({ key }) => key)
  const more = asked.length > named.length ? `, and ${asked.length - named.length} more` : ''
  return [`organizations: without a row in any table of the map: ${named.join(', ')}${more}`]
}

async function readTenants(connection: Connection, { tenants, schemas }: ResolvedMap): Promise<Tenant[]> {
  const from =
    tenants === undefined
      ? 'select webhooks_internal.tenant_id(name), name from unnest($1::text[]) as given (name)'
      : `select ${tenantSql(tenants, 't')} from ${relationName(tenants)} as t where $1::text[] is not null`
  const { rows } = await connection.query<Tenant>(
    `select t.id, t.key from (${from}) as t (id, key) order by t.key limit ${MAX_TENANTS + 1}`,
    [textArray(schemas)],
  )
  return rows
}

async function readOrganizations(connection: Connection, table: MappedTable): Promise<string[]> {
  const { expression, joins, isMoved } = table.organization
  const relation = relationName(table)
  // The same for all rows: one row tells.
  const from = isMoved === undefined ? `(select * from ${relation} limit 1)` : relation
  const { rows } = await connection.query<{ id: string }>(
    `select distinct ${expression} as id from ${from} as n ${joins} limit ${MAX_TENANTS + 1}`,
  )
  return rows.map(({ id }) => id)
}

/** Says so if no row of the table meets its `where`. */
export async function checkCondition(
  connection: Connection,
  { where, ...table }: MappedTable,
): Promise<string[]> {
  if (where === undefined) return []
  const relation = relationName(table)
  const asked = await bounded(connection, () =>
    connection.query<{ some: boolean; counted: boolean }>(
      `select exists (select from ${relation}) as some, exists (select from ${relation} as n where ${where('n')}) as counted`,
    ),
  )
  const answer = asked?.rows[0]
  if (answer === undefined || !answer.some || answer.counted) return []
  return [`${relation} (${table.subject}): no row meets its where`]
}

/** Undefined: it took too long, or may not be read. */
async function bounded<T>(connection: Connection, work: () => Promise<T>): Promise<T | undefined> {
  const asked = await undo(connection, async () => {
    await connection.execute(
      `set local transaction_read_only = on; set local statement_timeout = ${STATEMENT_TIMEOUT_MS}; set local search_path = pg_catalog`,
    )
    return await work()
  })
  return 'result' in asked ? asked.result : undefined
}
