import type { Connection, Database } from '../database/database.ts'
import { tryWithin } from '../database/savepoint.ts'
import { loadStatement } from '../database/statement.ts'

const advanceStatus = loadStatement(import.meta.url, 'advance-status')
const keepEarlyStatus = loadStatement(import.meta.url, 'keep-early-status')
const takeEarlyStatuses = loadStatement(import.meta.url, 'take-early-statuses')
const earlyRoom = loadStatement(import.meta.url, 'early-room')

/** Statuses of one organization that wait for their messages: an hour of what may be too early, not of what never comes. */
const MAX_EARLY = 5_000
const CATCH_UP_BATCH = 200

/** What a provider says has become of an outbound message. */
export interface ReachedStatus {
  organization_id: string
  external_id: string
  status: string
  reached_at: string | Date
  error: string | null
}

/** Moves the message on. @returns whether there is one */
export async function advance(connection: Connection, reached: ReachedStatus): Promise<boolean> {
  return (await connection.query(advanceStatus, toParams(reached))).rows.length > 0
}

/** Keeps the news of a message until that is there. */
export async function keepEarly(connection: Connection, reached: ReachedStatus): Promise<void> {
  await connection.query(keepEarlyStatus, toParams(reached))
}

/** How many more an organization may have kept. */
export async function roomForEarly(connection: Connection, organizationId: string): Promise<number> {
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

/** Whether there is a reference CRM, with messages that statuses can be of. */
export async function hasMessages(database: Database): Promise<boolean> {
  const { rows } = await database.query<{ is_there: boolean }>(
    `select to_regclass('webhooks_internal.early_statuses') is not null as is_there`,
  )
  return rows[0]?.is_there === true
}

/** Takes up what was told of messages before they were there. @returns whether there may be more */
export async function catchUpStatuses(
  database: Database,
  onRefused: (error: unknown) => void = () => {},
): Promise<boolean> {
  return await database.transaction(async (connection) => {
    const { rows } = await connection.query<ReachedStatus>(takeEarlyStatuses, [CATCH_UP_BATCH])
    if (rows.length === 0) return false
    await connection.query(`select set_config('webhooks.origin', 'whatsapp', true)`)
    for (const reached of rows) {
      // What one message does not take is forgotten, or no other would ever move on.
      const refusal = await tryWithin(connection, async () => {
        // It may have been deleted in between.
        if (!(await advance(connection, reached))) await keepEarly(connection, reached)
      })
      if (refusal !== undefined) onRefused(refusal)
    }
    return rows.length === CATCH_UP_BATCH
  })
}
