import type { Database } from '../database/database.ts'
import type { HasPassed } from './has-passed.ts'
import { ALWAYS_PASSED } from './has-passed.ts'
import {
  deleteRowsOf,
  finishDeletedOrganization,
  listTablesOfOrganizations,
  pickDeletedOrganization,
} from './sql/statements.generated.ts'

/** Rows that one transaction deletes. */
const BATCH = 500
/** What can send, or let somebody in: deleted before anything is waited for. */
const FIRST = /^webhooks(_internal)?\.(webhook_configurations|api_keys|sessions|portal_links)$/

/** `waiting`: something of the organization is still on its way. */
export type DeletionProgress = 'deleted' | 'waiting' | 'idle'

/**
 * Deletes what the program has of the organization that was deleted first: its webhooks and keys, and when nothing of it
 * is on its way any more, its events, deliveries and logs. Runs again after an interruption, on any node.
 *
 * @param beforeEnd called when nothing of the organization is on its way, before it is forgotten that it was deleted
 */
export async function deleteOrganization(
  database: Database,
  beforeEnd: (organizationId: string) => Promise<void> = async () => {},
  hasPassed: HasPassed = ALWAYS_PASSED,
): Promise<DeletionProgress> {
  const { rows } = await database.query(...pickDeletedOrganization())
  const [organization] = rows
  if (organization === undefined) return 'idle'
  const { organization_id: organizationId, is_busy: isBusy } = organization
  const tables = (await database.query(...listTablesOfOrganizations())).rows.map(({ name }) => name)
  await deleteFrom(
    database,
    organizationId,
    tables.filter((name) => FIRST.test(name)),
  )
  if (isBusy || !(await hasPassed(`deleted ${organizationId}`, organizationId))) return 'waiting'
  await deleteFrom(
    database,
    organizationId,
    tables.filter((name) => !FIRST.test(name)),
  )
  await beforeEnd(organizationId)
  await database.query(...finishDeletedOrganization({ organizationId }))
  return 'deleted'
}

async function deleteFrom(
  database: Database,
  organizationId: string,
  tables: readonly string[],
): Promise<void> {
  for (const table of tables) {
    const query = deleteRowsOf({ organizationId, ofTable: table, batch: BATCH })
    for (let deleted = BATCH; deleted === BATCH;)
      deleted = (await database.query(...query)).rows[0]?.deleted ?? 0
  }
}
