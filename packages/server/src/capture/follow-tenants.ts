import type { Logger } from 'pino'
import type { Database } from '../database/database.ts'
import { messageOf } from '../domain/errors.ts'
import type { TableName } from './capture-state.ts'
import type { CaptureRow } from './captures.ts'
import { readMappedCaptures } from './captures.ts'
import { relationName } from './captured-table.ts'
import { readCrmTables } from './crm-tables.ts'
import { attachCaptures } from './install-captures.ts'
import { createDescriber } from './map/describe-expression.ts'
import type { CrmMap } from './map/map-schema.ts'
import { resolveMap } from './map/resolve-map.ts'
import { listTenantSchemas } from './map/tenant-schemas.ts'
import { TENANTS, writeMissingTenants } from './map/tenant-table.ts'
import { dropMissingTenants, keepSchemaTenants, markMissingTenants } from './schema-tenants.ts'
import { readStoredMap } from './stored-map.ts'
import type { StoredCapture } from './used-columns.ts'
import { listWanted } from './wanted-captures.ts'

/** How long a busy table of a new tenant is retried; the next minute tries again. */
const MAX_WAIT_MS = 2_000

/**
 * Captures the schemas of new tenants, forgets those that are gone for good, and stores tenants that a trigger missed. Runs on
 * the node that has just checked the captures.
 */
export async function followTenants(database: Database, log: Logger): Promise<void> {
  const map = await readStoredMap(database)
  if (map?.organizations === undefined || 'value' in map.organizations) return
  try {
    if ('schemas' in map.organizations) await followSchemas(database, map, log)
    else await storeMissing(database)
  } catch (error) {
    log.error({ error: messageOf(error) }, 'cannot follow the tenants of the CRM')
  }
}

async function storeMissing(database: Database): Promise<void> {
  const { rows } = await database.query<{ map: string }>(
    `select map from webhooks_internal.captures where id = $1 and status = 'ok'`,
    [TENANTS],
  )
  const stored = rows[0] && (JSON.parse(rows[0].map) as StoredCapture)
  if (stored !== undefined && 'tenants' in stored) await database.query(writeMissingTenants(stored.tenants))
}

async function followSchemas(database: Database, map: CrmMap, log: Logger): Promise<void> {
  const installed = await readMappedCaptures(database)
  const names = await readTableNames(database)
  const schemas = listTenantSchemas(map.organizations, names)
  await forgetMissing(database, installed, names, log)
  const dropped = await dropMissingTenants(database)
  if (dropped.length > 0)
    log.info({ schemas: dropped }, 'deleting the organizations of schemas that stayed away')
  // A CRM may create the tables of a tenant one after another.
  const incomplete = schemas.filter((schema) => hasUncaptured(schema, map, names, installed))
  if (incomplete.length === 0) return
  const all = await readCrmTables(database)
  const known = all.filter(({ schema }) => incomplete.includes(schema) || !schemas.includes(schema))
  const resolved = await resolveMap(map, known, createDescriber(database))
  if (resolved.problems.length > 0)
    log.error({ problems: resolved.problems }, 'a new tenant cannot be captured')
  await keepSchemaTenants(database, incomplete)
  const wanted = listWanted(resolved, installed).filter(
    ({ id, schema }) => incomplete.includes(schema) && !installed.some((capture) => capture.id === id),
  )
  await attachCaptures(database, { wanted, gone: [] }, MAX_WAIT_MS)
  if (wanted.length > 0) log.info({ schemas: incomplete }, 'captured the tables of new tenants')
}

/** All that the watch needs each minute; the rest of the catalog is read when something is new. */
async function readTableNames(database: Database): Promise<TableName[]> {
  const { rows } = await database.query<TableName>(
    `select n.nspname as schema, c.relname as name
     from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind in ('r', 'p', 'v', 'm', 'f') and n.nspname !~ '^pg_'`,
  )
  return rows
}

function hasUncaptured(
  schema: string,
  { records, events }: CrmMap,
  all: readonly TableName[],
  installed: readonly CaptureRow[],
): boolean {
  const wanted = [
    ...records.map((entry) => ({ table: entry.table, subject: entry.record })),
    ...events.map((entry) => ({ table: entry.table, subject: entry.type })),
  ]
  return wanted.some(
    ({ table, subject }) =>
      all.some((one) => one.schema === schema && one.name === table) &&
      !installed.some(
        ({ record, relation }) => record === subject && relation === relationName({ schema, name: table }),
      ),
  )
}

/** Quoted as `captures.relation` has it. */
const schemaOf = (relation: string): string =>
  (/^"((?:[^"]|"")*)"\./.exec(relation)?.[1] ?? '').replaceAll('""', '"')

/** A dropped schema takes its captures with it. Its organization stays for a while: the schema may be restored. */
async function forgetMissing(
  database: Database,
  installed: readonly CaptureRow[],
  all: readonly TableName[],
  log: Logger,
): Promise<void> {
  const present = new Set(all.map(({ schema }) => schema))
  const gone = installed.filter(({ relation }) => !present.has(schemaOf(relation)))
  for (const { id } of gone) await database.query('select webhooks_internal.forget_capture($1)', [id])
  if (gone.length === 0) return
  const schemas = [...new Set(gone.map(({ relation }) => schemaOf(relation)))]
  await markMissingTenants(database, schemas)
  log.warn(
    { schemas },
    'schemas of tenants are gone; their organizations are deleted in seven days unless they return',
  )
}
