import type { Connection, Database } from '../database/database.ts'
import { tryInSavepoint } from '../database/savepoint.ts'
import { loadStatement } from '../database/statement.ts'

const advanceStatus = loadStatement(import.meta.url, 'advance-status')
const keepEarlyStatus = loadStatement(import.meta.url, 'keep-early-status')
const takeEarlyStatuses = loadStatement(import.meta.url, 'take-early-statuses')
const earlyRoom = loadStatement(import.meta.url, 'early-room')

/**
 * Limit on the statuses of one organization that wait for their messages. They are kept for an hour, since some arrive
 * early; others belong to messages that never come.
 */
const MAX_EARLY = 5_000
const CATCH_UP_BATCH = 200

/** The status of an outbound message, as a provider reports it. */
export interface ReachedStatus {
  organization_id: string
  external_id: string
  status: string
  reached_at: string | Date
  error: string | null
}

/** Updates the message. @returns true if it exists */
export async function advance(connection: Connection, reached: ReachedStatus): Promise<boolean> {
  return (await connection.query(advanceStatus, toParams(reached))).rows.length > 0
}

/** Keeps a status until its message exists. */
export async function storeEarlyStatus(connection: Connection, reached: ReachedStatus): Promise<void> {
  await connection.query(keepEarlyStatus, toParams(reached))
}

/** Returns how many more statuses an organization may keep. */
export async function countFreeEarlySlots(connection: Connection, organizationId: string): Promise<number> {
  const { rows } = await connection.query<{ room: number }>(earlyRoom, [organizationId, MAX_EARLY])
  return rows[0]?.room ?? 0
}

const toParams = ({ organization_id, external_id, status, reached_at, error }: ReachedStatus): unknown[] => [
  organization_id,
  external_id,
  status,
  reached_at,
  error,
]

/** Tests if the database has the reference CRM, whose messages have statuses. */
export async function hasMessages(database: Database): Promise<boolean> {
  const { rows } = await database.query<{ is_there: boolean }>(
    `select to_regclass('webhooks_internal.early_statuses') is not null as is_there`,
  )
  return rows[0]?.is_there === true
}

/** Applies statuses that arrived before their messages. @returns true if there may be more */
export async function catchUpStatuses(
  database: Database,
  onRefused: (error: unknown) => void = () => {},
): Promise<boolean> {
  return await database.transaction(async (connection) => {
    const { rows } = await connection.query<ReachedStatus>(takeEarlyStatuses, [CATCH_UP_BATCH])
    if (rows.length === 0) return false
    await connection.query(`select set_config('webhooks.origin', 'whatsapp', true)`)
    for (const reached of rows) {
      // A status that its message rejects is dropped, otherwise it would block all others.
      const refusal = await tryInSavepoint(connection, async () => {
        // The message may have been deleted in the meantime.
        if (!(await advance(connection, reached))) await storeEarlyStatus(connection, reached)
      })
      if (refusal !== undefined) onRefused(refusal)
    }
    return rows.length === CATCH_UP_BATCH
  })
}
