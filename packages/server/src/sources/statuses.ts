import type { Connection, Database } from '../database/database.ts'
import { tryInSavepoint } from '../database/savepoint.ts'
import type { ParamsOf } from '../database/statement.ts'
import {
  advanceStatus,
  earlyRoom,
  hasMessages as hasMessagesStatement,
  keepEarlyStatus,
  setOrigin,
  takeEarlyStatuses,
} from './sql/statements.generated.ts'

/**
 * Limit on the statuses of one organization that wait for their messages. They are kept for an hour, since some arrive
 * early; others belong to messages that never come.
 */
const MAX_EARLY = 5_000
const CATCH_UP_BATCH = 200

/** The status of an outbound message, as a provider reports it. */
export type ReachedStatus = ParamsOf<typeof advanceStatus>

/** Updates the message. @returns true if it exists */
export async function advance(connection: Connection, reached: ReachedStatus): Promise<boolean> {
  return (await connection.query(...advanceStatus(reached))).rows.length > 0
}

/** Keeps a status until its message exists. */
export async function storeEarlyStatus(connection: Connection, reached: ReachedStatus): Promise<void> {
  await connection.query(...keepEarlyStatus(reached))
}

/** Returns how many more statuses an organization may keep. */
export async function countFreeEarlySlots(connection: Connection, organizationId: string): Promise<number> {
  const { rows } = await connection.query(...earlyRoom({ organizationId, maxEarly: MAX_EARLY }))
  return rows[0]?.room ?? 0
}

/** Tests if the database has the reference CRM, whose messages have statuses. */
export async function hasMessages(database: Database): Promise<boolean> {
  const { rows } = await database.query(...hasMessagesStatement())
  return rows[0]?.has_messages === true
}

/** Applies statuses that arrived before their messages. @returns true if there may be more */
export async function catchUpStatuses(
  database: Database,
  onRefused: (error: unknown) => void = () => {},
): Promise<boolean> {
  return await database.transaction(async (connection) => {
    const { rows } = await connection.query(...takeEarlyStatuses({ limit: CATCH_UP_BATCH }))
    if (rows.length === 0) return false
    await connection.query(...setOrigin({ origin: 'whatsapp' }))
    for (const { organization_id, external_id, reached_at, ...rest } of rows) {
      const reached = {
        ...rest,
        organizationId: organization_id,
        externalId: external_id,
        reachedAt: reached_at,
      }
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
