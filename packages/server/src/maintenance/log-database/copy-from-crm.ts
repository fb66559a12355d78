import { plainArray } from '../../database/array-literal.ts'
import type { Connection, Database } from '../../database/database.ts'
import { copyOwnTypes } from '../../capture/store-mapped-types.ts'
import type { ParamsOf, RowOf } from '../../database/statement.ts'
import {
  advanceCopies,
  deleteOrganizations,
  dropReplacedOrganizations,
  isDeletedOrganization,
  keepOrganizations,
  listChangedOrganizations,
  listOrganizations,
  listUncopiedDeletions,
  lockCopies,
  noteCopiedDeletions,
  readSourceState,
  takeCopyingTurn,
} from './sql/statements.generated.ts'

/** How long all nodes wait after one has copied. */
const PAUSE_MS = 1_500
/** Rows of a copy, and organizations that each copy compares, although they did not change. */
const PAGE = 500
/**
 * An organization's time is the start of its transaction, and other changes may become visible before it. Changes of the last minute are
 * therefore read again each time; comparing all finds those of longer transactions.
 */
const SETTLE_MS = 60_000
const FIRST_ID = '00000000-0000-0000-0000-000000000000'

type Organization = RowOf<typeof listOrganizations>
type Place = RowOf<typeof takeCopyingTurn>
type Next = Omit<ParamsOf<typeof advanceCopies>, 'isMore'>

/**
 * Copies what the database of the CRM says of organizations and event types into the log database: organizations that are new, changed
 * or deleted, and the event types of a map that was installed. One node copies at a time. An organization that is missing in the CRM's
 * database, for example because an old backup was restored, is kept: only a deletion deletes.
 *
 * @returns whether there may be more
 */
export async function copyFromCrm(crm: Database, logs: Database): Promise<boolean> {
  const copied = await logs.transaction(async (connection) => {
    const { rows } = await connection.query(...takeCopyingTurn({ pauseMs: PAUSE_MS }))
    const [place] = rows
    if (place === undefined) return undefined
    // Deletions come first: an organization that has come again is among the others.
    const deleted = await copyDeletions(crm, connection)
    const { next, isMore } = await copyOthers(crm, connection, place)
    await connection.query(...advanceCopies({ ...next, isMore: isMore || deleted.length === PAGE }))
    return { deleted, isMore: isMore || deleted.length === PAGE }
  })
  if (copied === undefined) return false
  const organizationIds = plainArray(copied.deleted)
  if (copied.deleted.length > 0) await crm.query(...noteCopiedDeletions({ organizationIds }))
  return copied.isMore
}

/** Notes once more in the log database that an organization was deleted, unless it has come again: its last events came after the first time. */
export async function noteDeletion(crm: Database, logs: Database, organizationId: string): Promise<void> {
  await logs.transaction(async (connection) => {
    await connection.query(...lockCopies())
    const { rows } = await crm.query(...isDeletedOrganization({ organizationId }))
    if (rows[0]?.is_deleted !== true) return
    await connection.query(...deleteOrganizations({ organizationIds: plainArray([organizationId]) }))
  })
}

async function copyDeletions(crm: Database, logs: Connection): Promise<string[]> {
  const { rows } = await crm.query(...listUncopiedDeletions({ limit: PAGE }))
  const ids = rows.map(({ organization_id: id }) => id)
  if (ids.length > 0) await logs.query(...deleteOrganizations({ organizationIds: plainArray(ids) }))
  return ids
}

/** Copies what has changed, and a part of all. */
async function copyOthers(
  crm: Database,
  logs: Connection,
  { changed_at: afterAt, changed_id: afterId, compared_id: compared, map_installed_at: copiedMap }: Place,
): Promise<{ next: Next; isMore: boolean }> {
  const { rows: states } = await crm.query(...readSourceState({ settleMs: SETTLE_MS }))
  const { settled_at: settledAt, map_installed_at: mapInstalledAt } = states[0]!
  if (mapInstalledAt !== null && mapInstalledAt !== copiedMap) await copyOwnTypes(crm, logs)
  const { rows: changed } = await crm.query(...listChangedOrganizations({ afterAt, afterId, limit: PAGE }))
  const { rows: part } = await crm.query(...listOrganizations({ afterId: compared, limit: PAGE }))
  await keep(logs, [...part, ...changed])
  const isMore = changed.length === PAGE
  const last = changed.at(-1)
  const next = {
    changedAt: isMore ? last!.updated_at : settledAt,
    changedId: isMore ? last!.id : FIRST_ID,
    comparedId: part.length === PAGE ? part.at(-1)!.id : FIRST_ID,
    mapInstalledAt,
  }
  return { next, isMore }
}

async function keep(logs: Connection, rows: readonly Organization[]): Promise<void> {
  if (rows.length === 0) return
  const byId = new Map(rows.map((row) => [row.id, row]))
  const organizations = JSON.stringify([...byId.values()])
  await logs.query(...dropReplacedOrganizations({ organizations }))
  await logs.query(...keepOrganizations({ organizations }))
}
