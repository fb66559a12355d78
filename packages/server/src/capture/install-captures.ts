import type { Connection, Database } from '../database/database.ts'
import { OPERATIONS, functionName, functionPrefix } from './captured-table.ts'
import type { CaptureRow } from './captures.ts'
import { hasTriggers, readMappedCaptures } from './captures.ts'
import { installFunctions } from './install-functions.ts'
import type { CrmMap } from './map/map-schema.ts'
import type { ResolvedMap } from './map/resolve-map.ts'
import { keepOnlyTenant, keepSchemaTenants } from './schema-tenants.ts'
import { storeMappedTypes } from './store-mapped-types.ts'
import { storeMap } from './stored-map.ts'
import type { WantedCapture } from './wanted-captures.ts'
import { listWanted } from './wanted-captures.ts'
import { checkCaptures, recordExpected } from './watch-captures.ts'
import { withShortLocks } from './with-short-locks.ts'

export interface InstallOptions {
  /** Milliseconds during which a busy table is retried. */
  maxWaitMs: number
}

export interface Installed {
  /** A record, an event type of the operator's own, or `organizations`. */
  record: string
  relation: string
  state: 'attached' | 'changed' | 'unchanged' | 'detached'
}

/**
 * Captures the tables of a map; safe to repeat. Only creating and dropping triggers locks a table; the lock is requested
 * briefly, and again if needed. If the triggers exist, only their functions are replaced, unless several captures of one
 * table change. What a table no longer emits goes in the transaction in which what it emits now comes, so no change falls
 * between.
 * @throws BusyTableError triggers attached so far stay; call again for the rest
 */
export async function installCaptures(
  database: Database,
  resolved: ResolvedMap,
  map: CrmMap,
  { maxWaitMs }: InstallOptions,
): Promise<Installed[]> {
  // Record drifts first: the code below repairs them, and they could not be detected afterwards.
  await checkCaptures(database)
  const before = await readMappedCaptures(database)
  const wanted = listWanted(resolved, before)
  const gone = before.filter(({ id }) => !wanted.some((capture) => capture.id === id))
  await storeMappedTypes(database, resolved.eventTypes)
  await keepSchemaTenants(database, resolved.schemas)
  if (map.organizations !== undefined && 'value' in map.organizations)
    await keepOnlyTenant(database, map.organizations.value)
  const installed = await attachCaptures(database, { wanted, gone }, maxWaitMs)
  for (const capture of gone) {
    if (wanted.some(({ relation }) => relation === capture.relation)) continue
    await removeCapture(database, capture, maxWaitMs)
    installed.push({ record: capture.record, relation: capture.relation, state: 'detached' })
  }
  await storeMap(database, map)
  await checkCaptures(database)
  return installed
}

/**
 * Attaches captures, table by table.
 * @param gone captures that are replaced, of which those on the same tables are dropped
 */
export async function attachCaptures(
  database: Database,
  { wanted, gone }: { wanted: readonly WantedCapture[]; gone: readonly CaptureRow[] },
  maxWaitMs: number,
): Promise<Installed[]> {
  const installed: Installed[] = []
  for (const relation of new Set(wanted.map((capture) => capture.relation))) {
    const captures = wanted.filter((capture) => capture.relation === relation)
    const dropped = gone.filter((capture) => capture.relation === relation)
    installed.push(...(await installRelation(database, relation, { captures, dropped }, maxWaitMs)))
  }
  return installed
}

async function installRelation(
  database: Database,
  relation: string,
  { captures, dropped }: { captures: readonly WantedCapture[]; dropped: readonly CaptureRow[] },
  maxWaitMs: number,
): Promise<Installed[]> {
  const attached = await findAttached(database, captures)
  const changed = new Set<string>()
  const attach = async (connection: Connection): Promise<void> => {
    for (const capture of captures)
      if (await installFunctions(connection, capture, capture.sql.functions)) changed.add(capture.id)
    // One statement fires the triggers of all captures: none may run before the change, and another one after it.
    const isMoved = (id: string): boolean => changed.size > 1 && changed.has(id)
    for (const capture of captures.filter(({ id }) => !attached.has(id) || isMoved(id)))
      await attachOne(connection, capture)
    for (const { id } of dropped) await forget(connection, id)
    for (const { first } of captures) if (first !== undefined) await connection.query(first)
  }
  const needsLock = dropped.length > 0 || attached.size < captures.length || captures.length > 1
  await (needsLock ? withShortLocks(database, relation, maxWaitMs, attach) : database.transaction(attach))
  for (const capture of captures) await recordExpected(database, capture)
  return [
    ...captures.map(({ id, record }): Installed => {
      const state = attached.has(id) ? (changed.has(id) ? 'changed' : 'unchanged') : 'attached'
      return { record, relation, state }
    }),
    ...dropped.map(({ record }): Installed => ({ record, relation, state: 'detached' })),
  ]
}

/** Finds the captures that have their triggers, and none of an operation that they no longer need. */
export async function findAttached(
  database: Connection,
  captures: readonly WantedCapture[],
): Promise<Set<string>> {
  const attached = new Set<string>()
  for (const { id, relation, sql } of captures) {
    const { rows } = await database.query<{ name: string }>(
      `select proname as name from pg_proc
       where pronamespace = 'webhooks_internal'::regnamespace and starts_with(proname::text, $1)`,
      [functionPrefix(id)],
    )
    const isMore = rows.some(({ name }) => !sql.triggers.some((trigger) => trigger.function === name))
    if (!isMore && (await hasTriggers(database, relation, sql.triggers))) attached.add(id)
  }
  return attached
}

async function attachOne(connection: Connection, { id, sql }: WantedCapture): Promise<void> {
  for (const { sql: create } of sql.triggers) await connection.execute(create)
  for (const operation of OPERATIONS) {
    const name = functionName(id, operation)
    if (!sql.triggers.some((trigger) => trigger.function === name))
      await connection.execute(`drop function if exists webhooks_internal.${name}() cascade`)
  }
}

/**
 * Removes the triggers with their functions. Needs no privilege on the table, because dropping a function drops its
 * triggers.
 */
export async function removeCapture(
  database: Database,
  { id, relation }: Pick<CaptureRow, 'id' | 'relation'>,
  maxWaitMs: number,
): Promise<void> {
  await withShortLocks(database, relation, maxWaitMs, (connection) => forget(connection, id))
}

async function forget(connection: Connection, id: string): Promise<void> {
  await connection.query('select webhooks_internal.forget_capture($1)', [id])
}
