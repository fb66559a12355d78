import type { Connection, Database } from '../../db/database.ts'
import { tryWithin } from '../../db/savepoint.ts'
import { loadStatement } from '../../db/statement.ts'

const advanceStatus = loadStatement(import.meta.url, 'advance-status')
const keepEarlyStatus = loadStatement(import.meta.url, 'keep-early-status')
const takeEarlyStatuses = loadStatement(import.meta.url, 'take-early-statuses')

/** What a provider says has become of an outbound message. */
export interface ReachedStatus {
  organization_id: string
  external_id: string
  status: string
  reached_at: string | Date
  error: string | null
}

/** Moves the message on. @returns whether there is one; if not, the news is kept until there is. */
export async function advance(connection: Connection, reached: ReachedStatus): Promise<boolean> {
  const { organization_id, external_id, status, reached_at, error } = reached
  const params = [organization_id, external_id, status, reached_at, error]
  const { rows } = await connection.query(advanceStatus, params)
  if (rows.length === 0) await connection.query(keepEarlyStatus, params)
  return rows.length > 0
}

/** Whether there is a reference CRM, with messages that statuses can be of. */
export async function hasMessages(database: Database): Promise<boolean> {
  const { rows } = await database.query<{ is_there: boolean }>(
    `select to_regclass('webhooks_internal.early_statuses') is not null as is_there`,
  )
  return rows[0]?.is_there === true
}

/** Takes up what was told of messages before they were there. */
export async function catchUpStatuses(
  database: Database,
  onRefused: (error: unknown) => void = () => {},
): Promise<void> {
  await database.transaction(async (connection) => {
    const { rows } = await connection.query<ReachedStatus>(takeEarlyStatuses)
    if (rows.length === 0) return
    await connection.query(`select set_config('webhooks.origin', 'whatsapp', true)`)
    for (const reached of rows) {
      // What one message does not take is forgotten, or no other would ever move on.
      const refusal = await tryWithin(connection, () => advance(connection, reached))
      if (refusal !== undefined) onRefused(refusal)
    }
  })
}
